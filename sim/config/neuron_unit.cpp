#include <charconv>

#include <fmt/format.h>

#include "hw/protection/neuron_unit_kind.h"
#include "sim/config/protection_option.h"

/// Units that make one code of the words of a critical neuron: `entries` (words that the unit's table can name) and,
/// for those that alarm, `on_error` (flag, zero or recompute) and, with recompute, `repeats`.
namespace faultline::config {
namespace {

std::vector<std::string> neuron_names() {
  std::vector<std::string> units;
  for (const hw::NeuronUnitKind& kind : hw::neuron_unit_kinds()) {
    units.push_back(kind.name);
  }
  return units;
}

constexpr const char* kRecompute = "recompute";

int read_number(const UnitOption& unit, const char* key, int otherwise) {
  const std::string text = unit.value(key, std::to_string(otherwise));
  int number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    unit.fail(fmt::format("'{}' of protection unit '{}' is '{}'", key, unit.name, text), "give a number");
  }
  return number;
}

void read_on_error(const UnitOption& unit, hw::ProtectionConfig& config) {
  if (unit.value("on_error", "") == kRecompute) {
    config.neuron_repeats = read_number(unit, "repeats", 1);
    return;
  }
  config.neuron_on_error = read_error_action(unit, "flag, zero or recompute");
  if (!unit.value("repeats", "").empty()) {
    unit.fail(fmt::format("'repeats' of protection unit '{}' counts what only on_error recompute does", unit.name),
              "leave it out, or give on_error=recompute");
  }
}

void read_neuron(const UnitOption& unit, hw::ProtectionConfig& config) {
  const bool alarms = hw::find_neuron_unit_kind(unit.name)->alarms;
  unit.check_keys(alarms ? std::vector<std::string>{"entries", "on_error", "repeats"}
                         : std::vector<std::string>{"entries"});
  if (!config.neuron_unit.empty()) {
    unit.fail(fmt::format("protection units '{}' and '{}' exclude each other", config.neuron_unit, unit.name),
              "keep one of them");
  }
  config.neuron_unit = unit.name;
  config.neuron_entries = read_number(unit, "entries", config.neuron_entries);
  read_on_error(unit, config);
}

std::string on_error_text(const hw::ProtectionConfig& config) {
  return config.neuron_repeats ? fmt::format(",on_error={},repeats={}", kRecompute, *config.neuron_repeats)
                               : fmt::format(",on_error={}", to_string(config.neuron_on_error));
}

std::vector<std::string> write_neuron(const hw::ProtectionConfig& config) {
  const hw::NeuronUnitKind* kind = hw::find_neuron_unit_kind(config.neuron_unit);
  if (kind == nullptr) {
    return {};
  }
  return {fmt::format("{}:entries={}{}", kind->name, config.neuron_entries, kind->alarms ? on_error_text(config) : "")};
}

const ProtectionUnitRegistration kRegistration{{neuron_names, read_neuron, write_neuron}};

}  // namespace
}  // namespace faultline::config
