#pragma once

#include "sim/gpu/kernel_program.h"

namespace faultline::gpu {

/// The kernels of sim/gpu/kernels, assembled one after another in the order of their files' names.
const KernelProgram& kernel_library();

}  // namespace faultline::gpu
