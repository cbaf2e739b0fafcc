#pragma once

#include <string>

#include "sim/gpu/kernel_program.h"

namespace faultline::gpu {

/// Translates the text of kernels; docs/gpu.md has the syntax. Throws UserError with `file` and the line of the first
/// mistake.
KernelProgram assemble(const std::string& text, const std::string& file);

/// Reads and assembles a file. Throws UserError.
KernelProgram assemble_file(const std::string& path);

/// Text that assembles to the same program. Words that are no instruction become `.word` lines.
std::string disassemble(const KernelProgram& program);

}  // namespace faultline::gpu
