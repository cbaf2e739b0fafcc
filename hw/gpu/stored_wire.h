#pragma once

#include <cstdint>

#include "hw/fault/fault_taps.h"

namespace faultline::hw::gpu {

/// What the edge that begins `cycle` stores of a wire: its value of the cycle before, with the faults of that cycle.
inline uint64_t stored_wire(const FaultTaps& taps, Site site, uint64_t value, uint64_t cycle) {
  return cycle == 0 ? value : taps.apply_wire(site, value, cycle - 1);
}

}  // namespace faultline::hw::gpu
