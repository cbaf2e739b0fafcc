#pragma once

#include <cstdint>

#include "hw/common/counter_random.h"

namespace faultline::cosim {

/// What random numbers are drawn for; each purpose has streams of its own.
enum class Stream : uint64_t { kProgram, kRegisters, kFaults };

inline hw::CounterRandom random_stream(uint64_t seed, Stream purpose, uint64_t number) {
  return {seed, 4 * number + static_cast<uint64_t>(purpose)};
}

}  // namespace faultline::cosim
