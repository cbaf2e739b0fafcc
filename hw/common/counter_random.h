#pragma once

#include <array>
#include <cstdint>
#include <limits>

namespace faultline::hw {

/// One block of Philox-4x32 with 10 rounds: 128 random bits as a pure function of a 128-bit counter and a 64-bit key.
///
/// Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011; the constants are
/// those of its Philox-4x32. Words are least significant first.
constexpr std::array<uint32_t, 4> philox_4x32_10(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  constexpr uint64_t kMultiplier0 = 0xD2511F53;
  constexpr uint64_t kMultiplier1 = 0xCD9E8D57;
  constexpr uint32_t kKeyIncrement0 = 0x9E3779B9;  // golden ratio
  constexpr uint32_t kKeyIncrement1 = 0xBB67AE85;  // square root of 3, less 1
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t product0 = kMultiplier0 * counter[0];
    const uint64_t product1 = kMultiplier1 * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(product0)};
    key = {key[0] + kKeyIncrement0, key[1] + kKeyIncrement1};
  }
  return counter;
}

/// A reproducible source of random numbers named by (seed, stream): the numbers of one stream do not depend on any
/// other having been drawn, so experiments and images can be made in any order, by any worker.
///
/// The seed is Philox's key; the stream is the upper half of its counter, the lower half counts blocks. A stream gives
/// 2^65 64-bit numbers. Also a UniformRandomBitGenerator; the distributions of the standard library differ between
/// implementations, so prefer uniform() and uniform_real() where results are recorded.
class CounterRandom {
 public:
  using result_type = uint64_t;  // NOLINT(readability-identifier-naming): the standard library's name

  CounterRandom(uint64_t seed, uint64_t stream) : seed_(seed), stream_(stream) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }
  result_type operator()() { return next_u64(); }

  /// The next 64 random bits.
  uint64_t next_u64() {
    if (!second_half_) {
      const std::array<uint32_t, 4> words =
          philox_4x32_10({low_word(block_), high_word(block_), low_word(stream_), high_word(stream_)},
                         {low_word(seed_), high_word(seed_)});
      ++block_;
      pending_ = join(words[2], words[3]);
      second_half_ = true;
      return join(words[0], words[1]);
    }
    second_half_ = false;
    return pending_;
  }

  /// An integer in [0, bound), every one exactly as likely; `bound` must be at least 1.
  uint64_t uniform(uint64_t bound) {
    // 2^64 mod bound values at the bottom are rejected; what is left is a multiple of bound.
    const uint64_t rejected = (uint64_t{0} - bound) % bound;
    uint64_t value = next_u64();
    while (value < rejected) {
      value = next_u64();
    }
    return value % bound;
  }

  /// A real number in [0, 1), a multiple of 2^-53.
  double uniform_real() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }

 private:
  static uint32_t low_word(uint64_t value) { return static_cast<uint32_t>(value); }
  static uint32_t high_word(uint64_t value) { return static_cast<uint32_t>(value >> 32); }
  static uint64_t join(uint32_t low, uint32_t high) { return low | (static_cast<uint64_t>(high) << 32); }

  uint64_t seed_;
  uint64_t stream_;
  uint64_t block_ = 0;
  uint64_t pending_ = 0;
  bool second_half_ = false;
};

}  // namespace faultline::hw
