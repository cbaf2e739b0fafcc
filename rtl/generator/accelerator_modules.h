#pragma once

#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// The modules of the accelerator around the grid, one function and one file each. Registers have the names, widths and
/// next values of docs/hardware.md, "Registers of the other blocks"; vectors between modules are flattened, lane 0 in
/// the lowest bits.

/// The package `accelerator_pkg`: the command as a packed structure, opcodes and targets.
SourceFile accelerator_package(const hw::AcceleratorConfig& config);

/// `systolic_next_pixel`, `systolic_next_tap`: one step of the position arithmetic, combinational.
SourceFile next_pixel_module();
SourceFile next_tap_module();
/// `systolic_input_position`: where the sum of a pixel and a tap lies, combinational.
SourceFile input_position_module();
/// `systolic_buffer`: a memory with any number of ports.
SourceFile buffer_module();
/// Its name and ports alone, for synthesis of what stands around memories.
std::string buffer_black_box();
/// `systolic_report`: the report registers of a protection unit.
SourceFile report_module();
/// `systolic_channel_interval`: what post-processing does with a code outside its channel's bounds, combinational; only
/// where 0 stands for it.
std::vector<SourceFile> channel_interval_modules(const hw::ProtectionConfig& protection);

SourceFile input_feeder_module(const hw::AcceleratorConfig& config);
SourceFile weight_feeder_module(const hw::AcceleratorConfig& config);
SourceFile partial_sum_buffer_module(const hw::AcceleratorConfig& config);
SourceFile post_processing_module(const hw::AcceleratorConfig& config);
SourceFile dma_module(const hw::AcceleratorConfig& config);
/// `systolic_schedule`: the words of one phase of kCompute and the running positions after it, combinational; one text
/// for each dataflow.
SourceFile schedule_module(const hw::AcceleratorConfig& config);
SourceFile controller_module(const hw::AcceleratorConfig& config);
/// `systolic_accelerator`, the top: the blocks between the command port and the DRAM handshake.
SourceFile accelerator_module(const hw::AcceleratorConfig& config);

}  // namespace faultline::rtl
