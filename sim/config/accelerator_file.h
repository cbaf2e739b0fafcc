#pragma once

#include <cstdint>
#include <map>
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
/// A layer whose products another multiplier takes.
struct LayerMultiplierOption {
  std::string layer;
  MultiplierOption multiplier;
};

/// Processing elements with a multiplier of their own; both ends of a range belong to it.
struct ElementMultiplierOption {
  std::pair<int, int> rows, columns;
  MultiplierOption multiplier;
  int line = 0;  ///< for messages
};

/// Keys: array (ROWSxCOLUMNS), dataflow (ws, os, is), multiplier (FAMILY[:PARAMETER=VALUE,...],
/// table:FILE[,unsigned][,swap], or a mapping with family and its parameters, or with table, signed, swap),
/// layer_multipliers (a sequence of mappings with layer, multiplier), multipliers (a sequence of mappings with rows,
/// columns, multiplier; a range is NUMBER or FIRST-LAST),
/// input_buffer_bytes, weight_buffer_bytes, output_buffer_bytes, psum_rows, parameter_entries, bus_bytes, dram_latency,
/// dram_bytes, protection (protection_option.h). Whole numbers take the suffixes KiB and MiB.
struct AcceleratorSettings {
  ArrayShape array;
  hw::Dataflow dataflow = hw::Dataflow::kWeightStationary;
  MultiplierOption multiplier;
  std::vector<LayerMultiplierOption> layer_multipliers;      ///< each layer once
  std::vector<ElementMultiplierOption> element_multipliers;  ///< where they overlap, the last one counts
  /// Everything but the grid, which is made from the three members above.
  hw::AcceleratorConfig sizes{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  /// The size keys that were given; where one is not, build() enlarges the default to what the array needs.
  std::vector<std::string> given;
  std::string source = "command line";  ///< for messages
  int line = 0;                         ///< of the section in `source`
  int protection_line = 0;              ///< of its key `protection`

  /// Reads the multiplier's table and checks everything. Throws UserError.
  hw::AcceleratorConfig build() const;
};

/// Reads the value of the key `multiplier`.
MultiplierOption read_multiplier(const YamlValue& value);

/// Reads a mapping with the keys above, and `architecture: systolic`. A relative `table` is relative to the current
/// directory.
AcceleratorSettings read_accelerator(const YamlValue& section);

/// Reads an accelerator file.
AcceleratorSettings read_accelerator_file(const std::string& path);

/// "LAYER=MULTIPLIER". Throws UserError at `where`.
LayerMultiplierOption parse_layer_multiplier(const std::string& text, const std::string& where);

/// Puts a layer's multiplier in the place of an earlier one of that layer, or adds it.
void set_layer_multiplier(AcceleratorSettings& settings, LayerMultiplierOption option);

/// Throws UserError, naming the command, where layers have multipliers of their own: it runs no network.
void refuse_layer_multipliers(const hw::AcceleratorConfig& config, const std::string& command);

/// The value of a key: a number, a text, or a sequence of mappings.
using EffectiveValue = std::variant<int64_t, std::string, std::vector<std::map<std::string, std::string>>>;

/// The effective configuration in the order of the keys above, as results store it and read_accelerator() reads it.
/// `layer_multipliers` and `multipliers` are there only when they say something.
std::vector<std::pair<std::string, EffectiveValue>> effective_settings(const hw::AcceleratorConfig& config);

}  // namespace faultline::config
