#pragma once

#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// `systolic_weight_check`: what the lanes of the weight feeder take for the operands that they read, combinational;
/// nothing without the unit.
std::vector<SourceFile> weight_check_modules(const hw::AcceleratorConfig& config);

/// `text` where the unit is there, else nothing.
std::string if_weight_check(const hw::ProtectionConfig& protection, const std::string& text);

/// Ports, instance and connections of the unit, for a module that has these names as placeholders:
///   @check_ports@        in the weight feeder, the bounds,
///   @u_check@            there, the unit between `read_data` and `passed`,
///   @check_connections@  of the weight feeder's instance in the accelerator.
/// Empty without the unit.
std::string with_weight_check(std::string text, const hw::ProtectionConfig& protection);

}  // namespace faultline::rtl
