#include "sim/config/accelerator_file.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "hw/common/invalid_configuration.h"
#include "sim/config/protection_option.h"
#include "sim/config/user_error.h"

namespace faultline::config {
namespace {

/// A key whose value is a whole number of the configuration; the hardware's validate() knows the ranges.
struct SizeKey {
  const char* name;
  std::variant<int64_t hw::AcceleratorConfig::*, int hw::AcceleratorConfig::*> member;
};

const std::vector<SizeKey>& size_keys() {
  using C = hw::AcceleratorConfig;
  static const std::vector<SizeKey> kKeys = {
      {"input_buffer_bytes", &C::input_buffer_bytes},
      {"weight_buffer_bytes", &C::weight_buffer_bytes},
      {"output_buffer_bytes", &C::output_buffer_bytes},
      {"psum_rows", &C::psum_rows},
      {"parameter_entries", &C::parameter_entries},
      {"bus_bytes", &C::bus_bytes},
      {"dram_latency", &C::dram_latency},
      {"dram_bytes", &C::dram_bytes},
  };
  return kKeys;
}

/// InvalidConfiguration says "what is wrong; what would be right".
[[noreturn]] void rethrow(const hw::InvalidConfiguration& error, const std::string& where, int line) {
  const std::string message = error.what();
  const size_t cut = message.find("; ");
  throw UserError(where, line, message.substr(0, cut),
                  cut == std::string::npos ? "change it" : message.substr(cut + 2));
}

/// {family: NAME, PARAMETER: VALUE, ...}
MultiplierOption read_family(const YamlValue& value, const std::string& name) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string& key : value.keys()) {
    if (key != "family") {
      parameters.emplace_back(key, value.require(key).text(key));
    }
  }
  const hw::GeneratedMultiplier multiplier =
      generated_multiplier(name, parameters, hw::Multiplier::kOperandBits, true, value.file(), value.line());
  MultiplierOption option;
  option.family = multiplier.family->name;
  option.values = multiplier.values;
  return option;
}

MultiplierOption read_multiplier(const YamlValue& value) {
  if (value.is_scalar()) {
    return parse_multiplier(value.text("multiplier"), value.file(), value.line());
  }
  if (const auto family = value.find("family")) {
    return read_family(value, family->text("family"));
  }
  value.check_keys("multiplier", {"family", "table", "signed", "swap"});
  MultiplierOption option;
  option.file = value.require("table").text("table");
  if (option.file.empty()) {
    value.require("table").fail("table is empty", "give the path of a table of products");
  }
  if (const auto is_signed = value.find("signed")) {
    option.is_unsigned = !is_signed->boolean("signed");
  }
  if (const auto swap = value.find("swap")) {
    option.swap = swap->boolean("swap");
  }
  return option;
}

void read_size(const YamlValue& value, const SizeKey& key, AcceleratorSettings& settings) {
  const int64_t limit = std::numeric_limits<int32_t>::max();
  const int64_t number = value.integer(key.name, 0, limit + 1);
  if (const auto* wide = std::get_if<int64_t hw::AcceleratorConfig::*>(&key.member)) {
    settings.sizes.** wide = number;
  } else {
    settings.sizes.*std::get<int hw::AcceleratorConfig::*>(key.member) = static_cast<int>(std::min(number, limit));
  }
  settings.given.emplace_back(key.name);
  try {
    settings.sizes.validate();
  } catch (const hw::InvalidConfiguration& error) {
    rethrow(error, value.file(), value.line());
  }
}

}  // namespace

hw::AcceleratorConfig AcceleratorSettings::build() const {
  hw::AcceleratorConfig config = sizes;
  const auto was_given = [this](const char* key) { return std::find(given.begin(), given.end(), key) != given.end(); };
  config.grid = hw::GridConfig(array.rows, array.columns, dataflow, load_multiplier(multiplier));
  // The defaults suit any array, so only a number that the user gave can contradict the array.
  if (!was_given("psum_rows")) {
    config.psum_rows = std::max(config.psum_rows, array.rows);
  }
  if (!was_given("parameter_entries")) {
    config.parameter_entries = std::max({config.parameter_entries, array.rows, array.columns});
  }
  try {
    config.validate();
  } catch (const hw::InvalidConfiguration& error) {
    rethrow(error, source, line);
  }
  return config;
}

AcceleratorSettings read_accelerator(const YamlValue& section) {
  std::vector<std::string> allowed = {"array", "dataflow", "multiplier", "protection"};
  for (const SizeKey& key : size_keys()) {
    allowed.emplace_back(key.name);
  }
  section.check_keys("accelerator", allowed);
  AcceleratorSettings settings;
  settings.source = section.file();
  settings.line = section.line();
  if (const auto array = section.find("array")) {
    settings.array = parse_array(array->text("array"), array->file(), array->line());
  }
  if (const auto dataflow = section.find("dataflow")) {
    settings.dataflow = parse_dataflow(dataflow->text("dataflow"), dataflow->file(), dataflow->line());
  }
  if (const auto multiplier = section.find("multiplier")) {
    settings.multiplier = read_multiplier(*multiplier);
  }
  if (const auto protection = section.find("protection")) {
    settings.sizes.protection = read_protection(*protection);
  }
  for (const SizeKey& key : size_keys()) {
    if (const auto value = section.find(key.name)) {
      read_size(*value, key, settings);
    }
  }
  return settings;
}

AcceleratorSettings read_accelerator_file(const std::string& path) {
  return read_accelerator(read_yaml(path));
}

std::vector<std::pair<std::string, std::variant<int64_t, std::string>>> effective_settings(
    const hw::AcceleratorConfig& config) {
  std::vector<std::pair<std::string, std::variant<int64_t, std::string>>> settings = {
      {"array", fmt::format("{}x{}", config.grid.rows, config.grid.columns)},
      {"dataflow", hw::to_string(config.grid.dataflow)},
      {"multiplier", config.grid.multiplier.name()},
  };
  for (const SizeKey& key : size_keys()) {
    const int64_t value = std::visit([&](auto member) { return static_cast<int64_t>(config.*member); }, key.member);
    settings.emplace_back(key.name, value);
  }
  if (!config.protection.empty()) {
    settings.emplace_back("protection", to_string(config.protection));
  }
  return settings;
}

}  // namespace faultline::config
