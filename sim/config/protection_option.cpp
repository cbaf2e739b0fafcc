#include "sim/config/protection_option.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "hw/common/invalid_configuration.h"
#include "sim/config/user_error.h"

namespace faultline::config {
namespace {

std::vector<ProtectionUnitKind>& kinds() {
  static std::vector<ProtectionUnitKind> registered;
  return registered;
}

std::vector<std::string> unit_names() {
  std::vector<std::string> names;
  for (const ProtectionUnitKind& kind : kinds()) {
    const std::vector<std::string> more = kind.names();
    names.insert(names.end(), more.begin(), more.end());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string joined_text(const YamlValue& value, const std::string& name) {
  if (!value.is_sequence()) {
    return value.text(name);
  }
  std::string text;
  for (const YamlValue& item : value.items(name)) {
    text += (text.empty() ? "" : "+") + item.text(name);
  }
  return text;
}

UnitOption read_mapping(const YamlValue& value) {
  UnitOption unit;
  unit.where = value.file();
  unit.line = value.line();
  unit.name = value.require("unit").text("unit");
  for (const std::string& key : value.keys()) {
    if (key != "unit") {
      unit.values.emplace_back(key, joined_text(value.require(key), key));
    }
  }
  return unit;
}

/// "NAME" or "NAME:KEY=VALUE,...".
UnitOption parse_unit(const std::string& text, const std::string& where, int line) {
  UnitOption unit;
  unit.where = where;
  unit.line = line;
  unit.name = text.substr(0, text.find(':'));
  if (unit.name.size() == text.size()) {
    return unit;
  }
  std::istringstream assignments(text.substr(unit.name.size() + 1));
  for (std::string assignment; std::getline(assignments, assignment, ',');) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos) {
      unit.fail(fmt::format("'{}' of protection unit '{}' is no KEY=VALUE", assignment, unit.name), "give KEY=VALUE");
    }
    unit.values.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  return unit;
}

std::vector<UnitOption> read_units(const YamlValue& value) {
  std::vector<UnitOption> units;
  if (value.is_scalar()) {
    std::istringstream texts(value.text("protection"));
    for (std::string text; texts >> text;) {
      units.push_back(parse_unit(text, value.file(), value.line()));
    }
    return units;
  }
  for (const YamlValue& item : value.items("protection")) {
    units.push_back(item.is_scalar() ? parse_unit(item.text("unit"), item.file(), item.line()) : read_mapping(item));
  }
  return units;
}

void add_unit(const UnitOption& unit, hw::ProtectionConfig& config) {
  for (const ProtectionUnitKind& kind : kinds()) {
    const std::vector<std::string> names = kind.names();
    if (std::find(names.begin(), names.end(), unit.name) != names.end()) {
      kind.read(unit, config);
      return;
    }
  }
  unit.fail(fmt::format("there is no protection unit '{}'", unit.name),
            fmt::format("give one of {}", fmt::join(unit_names(), ", ")));
}

}  // namespace

std::string UnitOption::value(const std::string& key, const std::string& otherwise) const {
  const auto found = std::find_if(values.begin(), values.end(), [&](const auto& pair) { return pair.first == key; });
  return found == values.end() ? otherwise : found->second;
}

void UnitOption::check_keys(const std::vector<std::string>& allowed) const {
  for (auto pair = values.begin(); pair != values.end(); ++pair) {
    const std::string& key = pair->first;
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
      fail(fmt::format("unknown key '{}' of protection unit '{}'", key, name),
           allowed.empty() ? "leave it out; the unit has none" : fmt::format("use {}", fmt::join(allowed, ", ")));
    }
    if (std::any_of(values.begin(), pair, [&](const auto& before) { return before.first == key; })) {
      fail(fmt::format("key '{}' of protection unit '{}' is given twice", key, name), "keep one");
    }
  }
}

void UnitOption::fail(const std::string& wrong, const std::string& right) const {
  throw UserError(where, line, wrong, right);
}

hw::ErrorAction read_error_action(const UnitOption& unit, const char* choices) {
  const std::string text = unit.value("on_error", to_string(hw::ErrorAction::kFlag));
  for (const hw::ErrorAction action : {hw::ErrorAction::kFlag, hw::ErrorAction::kZero}) {
    if (text == to_string(action)) {
      return action;
    }
  }
  unit.fail(fmt::format("'on_error' of protection unit '{}' is '{}'", unit.name, text),
            fmt::format("give {}", choices));
}

ProtectionUnitRegistration::ProtectionUnitRegistration(ProtectionUnitKind kind) {
  kinds().push_back(std::move(kind));
}

hw::ProtectionConfig read_protection(const YamlValue& value) {
  hw::ProtectionConfig config;
  for (const UnitOption& unit : read_units(value)) {
    add_unit(unit, config);
    try {
      config.validate();
    } catch (const hw::InvalidConfiguration& error) {
      const std::string message = error.what();
      const size_t cut = message.find("; ");
      unit.fail(message.substr(0, cut), message.substr(cut + 2));
    }
  }
  return config;
}

std::string to_string(const hw::ProtectionConfig& config) {
  std::vector<std::string> texts;
  for (const ProtectionUnitKind& kind : kinds()) {
    const std::vector<std::string> more = kind.write(config);
    texts.insert(texts.end(), more.begin(), more.end());
  }
  std::sort(texts.begin(), texts.end());
  return fmt::format("{}", fmt::join(texts, " "));
}

}  // namespace faultline::config
