#pragma once

#include <string>

#include "sim/gpu/kernel_program.h"

namespace faultline::gpu {

/// Reads a program file. Throws UserError.
KernelProgram read_program(const std::string& path);

/// Writes a program file; nothing remains of it when that fails. Throws UserError.
void write_program(const std::string& path, const KernelProgram& program);

}  // namespace faultline::gpu
