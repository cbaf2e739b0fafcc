#pragma once

#include <array>
#include <cstdint>

#include "hw/arithmetic/multiplier.h"
#include "sim/engine/gpu_trace.h"

namespace faultline::engine {

/// What an instruction of an arithmetic unit computes in one thread from its operands.
uint32_t result_of(const TracedInstruction& traced, const std::array<uint32_t, TracedInstruction::kOperands>& operands,
                   const hw::Multiplier& multiplier);

}  // namespace faultline::engine
