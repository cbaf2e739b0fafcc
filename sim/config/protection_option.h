#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "hw/protection/protection_config.h"
#include "sim/config/yaml_reader.h"

namespace faultline::config {

/// What the user says about one protection unit: its name and the values of its keys, lists joined by '+'.
struct UnitOption {
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;
  std::string where;  ///< file, for messages
  int line = 0;

  /// The value of a key, or `otherwise`.
  std::string value(const std::string& key, const std::string& otherwise) const;
  /// Throws UserError for a key that is not in `allowed`, and for one given twice.
  void check_keys(const std::vector<std::string>& allowed) const;
  /// Throws UserError at the unit's place.
  [[noreturn]] void fail(const std::string& wrong, const std::string& right) const;
};

/// The unit's key `on_error`: flag (where it is not given) or zero. Throws UserError for anything else, which says what
/// there is to choose from.
hw::ErrorAction read_error_action(const UnitOption& unit, const char* choices = "flag or zero");

/// A kind of protection unit in accelerator files. A file of this folder defines one and registers it with a file-scope
/// object.
struct ProtectionUnitKind {
  std::function<std::vector<std::string>()> names;
  std::function<void(const UnitOption&, hw::ProtectionConfig&)> read;
  /// The units of this kind as read_protection() takes them.
  std::function<std::vector<std::string>(const hw::ProtectionConfig&)> write;
};

struct ProtectionUnitRegistration {
  explicit ProtectionUnitRegistration(ProtectionUnitKind kind);
};

/// Reads the value of the key `protection`: a list of units, each a mapping with `unit` and the unit's keys, or text as
/// "secded:memories=input+weight,on_error=flag"; or all units in one text, separated by spaces. Throws UserError.
hw::ProtectionConfig read_protection(const YamlValue& value);

/// The units as one text that read_protection() takes.
std::string to_string(const hw::ProtectionConfig& config);

}  // namespace faultline::config
