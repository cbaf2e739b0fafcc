#pragma once

#include "hw/gpu/sm_config.h"
#include "rtl/generator/design.h"

namespace faultline::rtl {

/// The datapath of a GPU's multiprocessor: module sm_datapath and those below it (sm_modules.h). What schedules it is
/// not in it: its ports take beats of instructions.
/// Throws RtlError for a multiplier that such a multiprocessor cannot have.
Design sm_datapath_design(const hw::gpu::SmConfig& config);

/// Bits of a stage's control on a port (sm_pkg::control_t), from its lowest ones: mask (one for each lane of a
/// partition), beat (5), modifier (3), destination (6), opcode (6), warp (6), valid (1).
int sm_control_bits(const hw::gpu::SmConfig& config);

/// Bits of the number of a word of shared memory: enough for all words and for two rows of banks.
int sm_shared_word_bits(const hw::gpu::SmConfig& config);

}  // namespace faultline::rtl
