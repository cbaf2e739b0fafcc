#pragma once

#include <cstdint>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/command.h"
#include "rtl/generator/design.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// What a testbench has the accelerator do.
struct TestbenchProgram {
  std::vector<hw::CommandDescriptor> commands;
  std::vector<uint8_t> dram;  ///< the used part of DRAM, from address 0 on, before the first command
};

/// A testbench of accelerator_design(config) in SystemVerilog, `systolic_testbench.sv`, and the vectors that it reads:
/// commands, DRAM before and after, and in each cycle the outputs and some registers of each block, as the SystemC
/// blocks around the cycle grid give them.
///
/// Elaborates and runs these; SystemC elaborates once in a process. Throws std::logic_error when the program traps.
std::vector<SourceFile> accelerator_testbench(const Design& design, const hw::AcceleratorConfig& config,
                                              const TestbenchProgram& program);

}  // namespace faultline::rtl
