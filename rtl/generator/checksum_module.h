#pragma once

#include <map>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// `systolic_column_checksum` and, after it, `systolic_checksum_unit`; nothing without the unit.
std::vector<SourceFile> checksum_modules(const hw::AcceleratorConfig& config);

/// `text` where the unit is there, else nothing; and where it corrects.
std::string if_checksum(const hw::ProtectionConfig& protection, const std::string& text);
std::string if_corrects(const hw::ProtectionConfig& protection, const std::string& text);

/// Where the unit's fields lie below the top module, by path.
std::map<std::string, std::string> checksum_places(const hw::ProtectionConfig& protection);

}  // namespace faultline::rtl
