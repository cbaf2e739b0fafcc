#include "sim/config/accelerator_file.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "hw/common/invalid_configuration.h"
#include "sim/config/gpu_file.h"
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
MultiplierOption read_family(const YamlValue& value, const std::string& name, int bits) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const std::string& key : value.keys()) {
    if (key != "family") {
      parameters.emplace_back(key, value.require(key).text(key));
    }
  }
  const hw::GeneratedMultiplier multiplier =
      generated_multiplier(name, parameters, bits, true, value.file(), value.line());
  MultiplierOption option;
  option.bits = bits;
  option.family = multiplier.family->name;
  option.values = multiplier.values;
  return option;
}

void check_operand_bits(int64_t bits, const std::string& where, int line) {
  if (bits != 8 && bits != 12 && bits != 16) {
    throw UserError(where, line, fmt::format("operand_bits is {}", bits), "give 8, 12 or 16");
  }
}

}  // namespace

void set_operand_bits(AcceleratorSettings& settings, int bits, const std::string& where) {
  check_operand_bits(bits, where, 0);
  settings.operand_bits = bits;
  const auto change = [&](MultiplierOption& option) { option = with_operand_bits(option, bits, where); };
  change(settings.multiplier);
  for (LayerMultiplierOption& option : settings.layer_multipliers) {
    change(option.multiplier);
  }
  for (ElementMultiplierOption& option : settings.element_multipliers) {
    change(option.multiplier);
  }
}

MultiplierOption read_multiplier(const YamlValue& value, int bits) {
  if (value.is_scalar()) {
    return parse_multiplier(value.text("multiplier"), value.file(), value.line(), bits);
  }
  if (const auto family = value.find("family")) {
    return read_family(value, family->text("family"), bits);
  }
  value.check_keys("multiplier", {"family", "table", "signed", "swap"});
  if (bits != hw::Multiplier::kOperandBits) {
    value.fail("multiplier is a table of 8-bit operands", "give a family, such as truncated:k=4, or operand_bits 8");
  }
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

namespace {

/// "3" or "0-7".
std::pair<int, int> read_range(const YamlValue& value, const std::string& key) {
  const std::string text = value.text(key);
  std::pair<int, int> range;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, range.first);
  range.second = range.first;
  if (error == std::errc() && rest != end && *rest == '-') {
    const auto last = std::from_chars(rest + 1, end, range.second);
    rest = last.ptr;
    error = last.ec;
  }
  if (error != std::errc() || rest != end || range.first < 0 || range.second < range.first) {
    value.fail(fmt::format("{} '{}' is no range", key, text), "write a number from 0 on, or FIRST-LAST such as 0-7");
  }
  return range;
}

void read_layer_multipliers(const YamlValue& list, AcceleratorSettings& settings) {
  for (const YamlValue& item : list.items("layer_multipliers")) {
    item.check_keys("layer_multipliers", {"layer", "multiplier"});
    const std::string layer = item.require("layer").text("layer");
    const auto same = [&](const LayerMultiplierOption& other) { return other.layer == layer; };
    if (std::any_of(settings.layer_multipliers.begin(), settings.layer_multipliers.end(), same)) {
      item.fail(fmt::format("layer_multipliers: '{}' is given twice", layer), "keep one of them");
    }
    settings.layer_multipliers.push_back({layer, read_multiplier(item.require("multiplier"), settings.operand_bits)});
  }
}

void read_element_multipliers(const YamlValue& list, AcceleratorSettings& settings) {
  for (const YamlValue& item : list.items("multipliers")) {
    item.check_keys("multipliers", {"rows", "columns", "multiplier"});
    settings.element_multipliers.push_back(
        {read_range(item.require("rows"), "rows"), read_range(item.require("columns"), "columns"),
         read_multiplier(item.require("multiplier"), settings.operand_bits), item.line()});
  }
}

/// The grid with all its multipliers; each file is read once.
void add_multipliers(const AcceleratorSettings& settings, hw::AcceleratorConfig& config) {
  std::map<std::string, hw::Multiplier> loaded = {{to_string(settings.multiplier), config.grid.multiplier}};
  const auto load = [&](const MultiplierOption& option) {
    const std::string name = to_string(option);
    const auto found = loaded.find(name);
    return found != loaded.end() ? found->second : loaded.emplace(name, load_multiplier(option)).first->second;
  };
  std::map<std::string, int> selections = {{to_string(settings.multiplier), 0}};
  for (const LayerMultiplierOption& option : settings.layer_multipliers) {
    const auto [place, fresh] =
        selections.emplace(to_string(option.multiplier), static_cast<int>(config.grid.alternatives.size()) + 1);
    if (fresh) {
      config.grid.alternatives.push_back(load(option.multiplier));
    }
    config.layer_multipliers[option.layer] = place->second;
  }
  for (const ElementMultiplierOption& option : settings.element_multipliers) {
    try {
      config.grid.add_region({option.rows.first, option.rows.second, option.columns.first, option.columns.second,
                              load(option.multiplier)});
    } catch (const hw::InvalidConfiguration& error) {
      rethrow(error, settings.source, option.line);
    }
  }
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
  try {
    config.protect(sizes.protection);
  } catch (const hw::InvalidConfiguration& error) {
    rethrow(error, source, protection_line);
  }
  add_multipliers(*this, config);  // elements of spare columns may have some too
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
  std::vector<std::string> allowed = {"architecture",      "array",       "dataflow",   "multiplier",
                                      "layer_multipliers", "multipliers", "protection", "operand_bits"};
  for (const SizeKey& key : size_keys()) {
    allowed.emplace_back(key.name);
  }
  if (describes_gpu(section)) {
    section.require("architecture").fail("describes a GPU", "give a systolic accelerator to this command");
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
  if (const auto bits = section.find("operand_bits")) {
    const int64_t number = bits->integer("operand_bits", 0, 64);
    check_operand_bits(number, bits->file(), bits->line());
    set_operand_bits(settings, static_cast<int>(number), bits->file());
  }
  if (const auto multiplier = section.find("multiplier")) {
    settings.multiplier = read_multiplier(*multiplier, settings.operand_bits);
  }
  if (const auto layers = section.find("layer_multipliers")) {
    read_layer_multipliers(*layers, settings);
  }
  if (const auto elements = section.find("multipliers")) {
    read_element_multipliers(*elements, settings);
  }
  if (const auto protection = section.find("protection")) {
    settings.sizes.protection = read_protection(*protection);
    settings.protection_line = protection->line();
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

LayerMultiplierOption parse_layer_multiplier(const std::string& text, const std::string& where, int bits) {
  const size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UserError(where, 0, fmt::format("'{}' names no layer", text), "write LAYER=MULTIPLIER, such as conv1=exact");
  }
  return {text.substr(0, equals), parse_multiplier(text.substr(equals + 1), where, 0, bits)};
}

void set_layer_multiplier(AcceleratorSettings& settings, LayerMultiplierOption option) {
  auto& all = settings.layer_multipliers;
  const auto same =
      std::find_if(all.begin(), all.end(), [&](const auto& other) { return other.layer == option.layer; });
  if (same == all.end()) {
    all.push_back(std::move(option));
  } else {
    *same = std::move(option);
  }
}

void refuse_layer_multipliers(const hw::AcceleratorConfig& config, const std::string& command) {
  if (!config.layer_multipliers.empty()) {
    throw UserError("layer_multipliers", 0, fmt::format("{} runs no network with layers", command),
                    "leave them out, or run a network");
  }
}

std::vector<std::pair<std::string, EffectiveValue>> effective_settings(const hw::AcceleratorConfig& config) {
  std::vector<std::pair<std::string, EffectiveValue>> settings = {
      {"array", fmt::format("{}x{}", config.grid.rows, config.grid.used_columns())},
      {"dataflow", hw::to_string(config.grid.dataflow)},
      {"multiplier", config.grid.multiplier.name()},
  };
  if (config.grid.format().wide()) {
    settings.emplace_back("operand_bits", config.grid.format().operand_bits);
  }
  std::vector<std::map<std::string, std::string>> layers;
  for (const auto& [layer, selection] : config.layer_multipliers) {
    layers.push_back({{"layer", layer}, {"multiplier", config.grid.selected(selection).name()}});
  }
  std::vector<std::map<std::string, std::string>> elements;
  for (const hw::MultiplierRegion& region : config.grid.regions) {
    elements.push_back({{"rows", hw::range_text(region.row_first, region.row_last)},
                        {"columns", hw::range_text(region.column_first, region.column_last)},
                        {"multiplier", region.multiplier.name()}});
  }
  for (const auto& [key, list] : {std::pair{"layer_multipliers", layers}, {"multipliers", elements}}) {
    if (!list.empty()) {
      settings.emplace_back(key, list);
    }
  }
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
