#include "sim/inject/keyed_permutation.h"

#include <algorithm>
#include <array>

namespace faultline::inject {
namespace {

/// Four are enough for large domains (Luby and Rackoff); small ones mix more slowly.
constexpr uint32_t kRounds = 12;

/// Streams of CounterRandom from 2^63 on belong to permutations.
constexpr uint32_t kPermutationStreams = 0x80000000;

}  // namespace

std::string to_decimal(FaultCount count) {
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(count % 10));
    count /= 10;
  } while (count > 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

FaultCount uniform_below(hw::CounterRandom& random, FaultCount bound) {
  if (bound <= hw::CounterRandom::max()) {
    return random.uniform(static_cast<uint64_t>(bound));
  }
  const auto draw = [&] {
    const FaultCount high = random.next_u64();
    return (high << 64) | random.next_u64();
  };
  // 2^128 mod bound values at the bottom are rejected; what is left is a multiple of bound.
  const FaultCount rejected = (FaultCount{0} - bound) % bound;
  FaultCount value = draw();
  while (value < rejected) {
    value = draw();
  }
  return value % bound;
}

KeyedPermutation::KeyedPermutation(uint64_t seed, uint32_t stream, FaultCount size)
    : seed_(seed), stream_(stream), size_(size) {
  while (half_bits_ < 64 && ((size - 1) >> (2 * half_bits_)) != 0) {
    ++half_bits_;
  }
}

uint64_t KeyedPermutation::round(uint64_t half, uint32_t number) const {
  const std::array<uint32_t, 4> words = hw::philox_4x32_10(
      {static_cast<uint32_t>(half), static_cast<uint32_t>(half >> 32), stream_, kPermutationStreams | number},
      {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)});
  return words[0] | (static_cast<uint64_t>(words[1]) << 32);
}

FaultCount KeyedPermutation::apply(FaultCount value) const {
  const uint64_t mask = half_bits_ == 64 ? ~uint64_t{0} : (uint64_t{1} << half_bits_) - 1;
  auto left = static_cast<uint64_t>(value >> half_bits_);
  auto right = static_cast<uint64_t>(value) & mask;
  for (uint32_t number = 0; number < kRounds; ++number) {
    const uint64_t next = left ^ (round(right, number) & mask);
    left = right;
    right = next;
  }
  return (FaultCount{left} << half_bits_) | right;
}

FaultCount KeyedPermutation::operator()(FaultCount index) const {
  FaultCount value = apply(index);
  while (value >= size_) {
    value = apply(value);
  }
  return value;
}

}  // namespace faultline::inject
