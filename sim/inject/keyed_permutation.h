#pragma once

#include <cstdint>
#include <string>

#include "hw/common/counter_random.h"

namespace faultline::inject {

/// A number of faults, or the number of one: populations exceed 64 bits.
__extension__ typedef unsigned __int128 FaultCount;

/// In decimal.
std::string to_decimal(FaultCount count);

/// An integer in [0, bound), every one exactly as likely; `bound` must be at least 1.
FaultCount uniform_below(hw::CounterRandom& random, FaultCount bound);

/// A pseudo-random permutation of [0, size) as a pure function of a key: what draws without replacement in any order,
/// without a memory of what was drawn.
///
/// A balanced Feistel network on the least even number of bits that holds size - 1, its round function made of
/// Philox, applied again while the result is outside [0, size) (cycle walking: Black and Rogaway, "Ciphers with
/// arbitrary finite domains", CT-RSA 2002). At most four applications are expected.
class KeyedPermutation {
 public:
  /// `stream` tells permutations of one seed apart. `size` must be at least 1.
  KeyedPermutation(uint64_t seed, uint32_t stream, FaultCount size);

  FaultCount size() const { return size_; }
  /// `index` < size().
  FaultCount operator()(FaultCount index) const;

 private:
  uint64_t round(uint64_t half, uint32_t number) const;
  FaultCount apply(FaultCount value) const;

  uint64_t seed_;
  uint32_t stream_;
  FaultCount size_;
  int half_bits_ = 1;
};

}  // namespace faultline::inject
