#pragma once

#include <cstdint>

#include "hw/systolic/accelerator_config.h"
#include "rtl/testbench/accelerator_testbench.h"

namespace faultline::testbench {

/// A padded convolution with requantisation and a table, a maximum pooling and a matrix product, of random operands and
/// of extents that leave lanes over at the array's ends and take several folds of a small one. The layers are loaded,
/// computed and stored one after another, each in its own part of DRAM. One that the accelerator's buffers do not hold
/// is left out; throws UserError when none is left.
rtl::TestbenchProgram testbench_program(const hw::AcceleratorConfig& config, uint64_t seed);

}  // namespace faultline::testbench
