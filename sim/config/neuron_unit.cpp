#include <charconv>

#include <fmt/format.h>

#include "hw/protection/neuron_unit_kind.h"
#include "sim/config/protection_option.h"

/// Units that make one code of the words of a critical neuron: `entries` (words that the unit's table can name) and,
/// for those that alarm, `on_error` (flag or zero).
namespace faultline::config {
namespace {

std::vector<std::string> neuron_names() {
  std::vector<std::string> units;
  for (const hw::NeuronUnitKind& kind : hw::neuron_unit_kinds()) {
    units.push_back(kind.name);
  }
  return units;
}

int read_entries(const UnitOption& unit, int otherwise) {
  const std::string text = unit.value("entries", std::to_string(otherwise));
  int entries = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), entries);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    unit.fail(fmt::format("'entries' of protection unit '{}' is '{}'", unit.name, text), "give a number");
  }
  return entries;
}

void read_neuron(const UnitOption& unit, hw::ProtectionConfig& config) {
  const bool alarms = hw::find_neuron_unit_kind(unit.name)->alarms;
  unit.check_keys(alarms ? std::vector<std::string>{"entries", "on_error"} : std::vector<std::string>{"entries"});
  if (!config.neuron_unit.empty()) {
    unit.fail(fmt::format("protection units '{}' and '{}' exclude each other", config.neuron_unit, unit.name),
              "keep one of them");
  }
  config.neuron_unit = unit.name;
  config.neuron_entries = read_entries(unit, config.neuron_entries);
  config.neuron_on_error = read_error_action(unit);
}

std::vector<std::string> write_neuron(const hw::ProtectionConfig& config) {
  const hw::NeuronUnitKind* kind = hw::find_neuron_unit_kind(config.neuron_unit);
  if (kind == nullptr) {
    return {};
  }
  const std::string action = kind->alarms ? fmt::format(",on_error={}", to_string(config.neuron_on_error)) : "";
  return {fmt::format("{}:entries={}{}", kind->name, config.neuron_entries, action)};
}

const ProtectionUnitRegistration kRegistration{{neuron_names, read_neuron, write_neuron}};

}  // namespace
}  // namespace faultline::config
