#pragma once

#include <map>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// `text` where the accelerator has a unit for critical neurons, else nothing.
std::string if_neuron_unit(const hw::ProtectionConfig& protection, const std::string& text);

/// `text` where the unit has post-processing write something else than codes, as its mask says; else nothing.
std::string if_neuron_encoder(const hw::ProtectionConfig& protection, const std::string& text);

/// `text` where the unit asks the host to repeat layers, else nothing.
std::string if_repeats(const hw::ProtectionConfig& protection, const std::string& text);

/// `systolic_neuron_unit` and the circuits of its kind, before their users: `systolic_<kind>_combiner`, and
/// `systolic_<kind>_encoder` where there is one. Nothing without a unit. Throws RtlError for a kind without circuits.
std::vector<SourceFile> neuron_unit_modules(const hw::AcceleratorConfig& config);

/// Where the fields `protection.<unit>.*` lie below the top module, by path.
std::map<std::string, std::string> neuron_unit_places(const hw::ProtectionConfig& protection);

}  // namespace faultline::rtl
