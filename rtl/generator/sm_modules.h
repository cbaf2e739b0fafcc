#pragma once

#include "hw/gpu/sm_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// The modules of a GPU multiprocessor's datapath, each with the registers of docs/gpu.md and next values as in hw/gpu.

/// `sm_pkg`: lanes, opcodes and the control bits of a stage.
SourceFile sm_package(const hw::gpu::SmConfig& config);
/// `sm_multiplier`, M of IMAD8 and DP4A. Throws RtlError for a table in more lanes than kMostTableElements allows.
SourceFile sm_multiplier_module(const hw::gpu::SmConfig& config);
/// `sm_requantiser`: the rounding shift of REQ.
SourceFile sm_requantiser_module();
/// `sm_mac_lane`: operands, products and their sum.
SourceFile sm_mac_lane_module();
/// `sm_pipeline_control`: what travels beside the data of one stage.
SourceFile sm_pipeline_control_module();
/// `sm_mac_pipeline`: the multiply-add pipeline of one partition.
SourceFile sm_mac_pipeline_module();
/// `sm_shared_bank`: one bank of the shared memory.
SourceFile sm_shared_bank_module();
/// `sm_shared_memory`: the banks, and which threads they serve in a cycle.
SourceFile sm_shared_memory_module();
/// `sm_datapath`, the top module.
SourceFile sm_datapath_module(const hw::gpu::SmConfig& config);

}  // namespace faultline::rtl
