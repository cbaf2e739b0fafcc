#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/config/array_option.h"
#include "sim/config/multiplier_option.h"
#include "sim/config/yaml_reader.h"

namespace faultline::config {

/// What the user says about the accelerator: a file or a section of an experiment, then single overrides. build() makes
/// the hardware's configuration of it.
///
/// Keys: array (ROWSxCOLUMNS), dataflow (ws, os, is), multiplier (FAMILY[:PARAMETER=VALUE,...],
/// table:FILE[,unsigned][,swap], or a mapping with family and its parameters, or with table, signed, swap),
/// input_buffer_bytes, weight_buffer_bytes, output_buffer_bytes, psum_rows, parameter_entries, bus_bytes, dram_latency,
/// dram_bytes, protection (protection_option.h). Whole numbers take the suffixes KiB and MiB.
struct AcceleratorSettings {
  ArrayShape array;
  hw::Dataflow dataflow = hw::Dataflow::kWeightStationary;
  MultiplierOption multiplier;
  /// Everything but the grid, which is made from the three members above.
  hw::AcceleratorConfig sizes{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  /// The size keys that were given; where one is not, build() enlarges the default to what the array needs.
  std::vector<std::string> given;
  std::string source = "command line";  ///< for messages
  int line = 0;                         ///< of the section in `source`

  /// Reads the multiplier's table and checks everything. Throws UserError.
  hw::AcceleratorConfig build() const;
};

/// Reads a mapping with the keys above. A relative `table` is relative to the current directory.
AcceleratorSettings read_accelerator(const YamlValue& section);

/// Reads an accelerator file.
AcceleratorSettings read_accelerator_file(const std::string& path);

/// The effective configuration in the order of the keys above, as results store it.
std::vector<std::pair<std::string, std::variant<int64_t, std::string>>> effective_settings(
    const hw::AcceleratorConfig& config);

}  // namespace faultline::config
