#pragma once

#include "hw/common/signed_bits.h"
#include "hw/fault/fault.h"

namespace faultline::engine {

/// Bits of a word that are stuck.
template <typename Word>
struct StuckBits {
  Word keep = static_cast<Word>(~Word{0});  ///< 0 where a bit is stuck
  Word set = 0;                             ///< 1 where it is stuck at 1

  bool any() const { return keep != static_cast<Word>(~Word{0}); }
  /// A value of the word's width, signed.
  template <typename Value>
  Value of(Value value) const {
    static_assert(sizeof(Value) == sizeof(Word));
    return static_cast<Value>((static_cast<Word>(value) & keep) | set);
  }
  /// A word that passes these bits and then others.
  StuckBits then(const StuckBits& next) const { return {static_cast<Word>(keep & next.keep), next.of(set)}; }
};

/// True for a stuck-at from the first cycle to the end of the run.
inline bool is_permanent(const hw::Fault& fault) {
  return fault.model != hw::FaultModel::kFlip && fault.start == 0 && fault.duration == 0 && fault.period == 0;
}

/// Adds a permanent fault's bits to a word of `width` bits, sign-extended to its type. False when a bit would be stuck
/// at both values.
template <typename Word>
bool stick(StuckBits<Word>& bits, const hw::Fault& fault, int width) {
  const auto mask = static_cast<Word>(hw::wrap_to(static_cast<int64_t>(fault.mask), width));
  const auto set = static_cast<Word>(fault.model == hw::FaultModel::kStuckAt1 ? mask : 0);
  if (((bits.set ^ set) & ~bits.keep & mask) != 0) {
    return false;
  }
  bits.keep = static_cast<Word>(bits.keep & ~mask);
  bits.set = static_cast<Word>(bits.set | set);
  return true;
}

}  // namespace faultline::engine
