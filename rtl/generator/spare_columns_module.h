#pragma once

#include <map>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// `systolic_spare_column_unit`, the registers and what follows from them, and `systolic_bank_source`, the multiplexer
/// before a bank of the partial-sum buffer; nothing without spare columns.
std::vector<SourceFile> spare_columns_modules(const hw::AcceleratorConfig& config);

/// `text` where the array has spare columns, else `otherwise`.
std::string if_spare_columns(const hw::AcceleratorConfig& config, const std::string& text,
                             const std::string& otherwise = "");
/// Likewise, for a feeder whose lanes are rows in some dataflows.
std::string if_spare_lanes(const hw::AcceleratorConfig& config, bool lanes_are_columns, const std::string& text,
                           const std::string& otherwise = "");

/// The width of `shift`, by how many columns one may be east of the program's; 0 without spare columns.
int shift_bits(const hw::GridConfig& grid);

/// A digit for each column, the last one first: 1 where it is left out after reset.
std::string skipped_digits(const hw::GridConfig& grid);

/// Where fields lie below the top module that spare columns add or move, by path.
std::map<std::string, std::string> spare_columns_places(const hw::ProtectionConfig& protection);

}  // namespace faultline::rtl
