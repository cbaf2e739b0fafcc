#include "sim/cosim/external_design.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/user_error.h"
#include "sim/config/yaml_reader.h"
#include "sim/cosim/elaborated_design.h"
#include "sim/process/child_process.h"

namespace faultline::cosim {
namespace {

using config::YamlValue;

/// A port of the contract and its direction.
struct Port {
  rtl::Pin* pin;
  std::string direction;
};

std::vector<Port> ports_of(rtl::Design& design) {
  std::vector<Port> ports = {{&design.clock_pin, "input"}, {&design.reset_pin, "input"}};
  for (rtl::Pin& pin : design.inputs) {
    ports.push_back({&pin, "input"});
  }
  for (rtl::Pin& pin : design.outputs) {
    ports.push_back({&pin, "output"});
  }
  return ports;
}

/// A map, and where it says what. Without a file everything has the generated grid's name.
class NameMap {
 public:
  explicit NameMap(const std::string& file) {
    if (!file.empty()) {
      map_ = config::read_yaml(file);
      map_->check_keys("map", {"top", "parameters", "reset", "ports", "registers"});
    }
  }

  std::string top(const std::string& standard) const {
    const std::optional<YamlValue> top = section("top");
    return top ? top->text("top") : standard;
  }
  std::vector<std::pair<std::string, int64_t>> parameters(const hw::GridConfig& config) const {
    std::vector<std::pair<std::string, int64_t>> values;
    const std::optional<YamlValue> parameters = section("parameters");
    for (const std::string& name : parameters ? parameters->keys() : std::vector<std::string>()) {
      const YamlValue value = parameters->require(name);
      const std::string text = value.is_scalar() ? value.text(name) : "";
      values.emplace_back(name, text == "rows"      ? config.rows
                                : text == "columns" ? config.columns
                                                    : value.integer(name, INT32_MIN, INT32_MAX));
    }
    return values;
  }
  rtl::ResetRule reset() const {
    rtl::ResetRule rule;
    if (const std::optional<YamlValue> reset = section("reset")) {
      reset->check_keys("reset", {"active", "cycles"});
      if (const std::optional<YamlValue> active = reset->find("active")) {
        const std::string level = active->text("active");
        if (level != "low" && level != "high") {
          active->fail(fmt::format("'{}' is no level of a reset", level), "give low or high");
        }
        rule.active_low = level == "low";
      }
      if (const std::optional<YamlValue> cycles = reset->find("cycles")) {
        constexpr int kMost = 1000;
        rule.cycles = static_cast<int>(cycles->integer("cycles", 1, kMost));
      }
    }
    return rule;
  }
  /// A section that maps our names to theirs. Its keys must be among `names`.
  void check_section(const std::string& key, const std::vector<std::string>& names) const {
    if (const std::optional<YamlValue> found = section(key)) {
      found->check_keys(key, names);
    }
  }
  std::optional<YamlValue> entry(const std::string& key, const std::string& name) const {
    const std::optional<YamlValue> found = section(key);
    return found ? found->find(name) : std::nullopt;
  }
  bool given() const { return map_.has_value(); }

 private:
  std::optional<YamlValue> section(const std::string& key) const { return map_ ? map_->find(key) : std::nullopt; }

  std::optional<YamlValue> map_;
};

/// Fails where the map names something, or at the first source where it does not.
[[noreturn]] void fail(const std::optional<YamlValue>& entry, const std::string& source, const std::string& wrong,
                       const std::string& right) {
  if (entry) {
    entry->fail(wrong, right);
  }
  throw UserError(source, 0, wrong, right);
}

void map_ports(const NameMap& map, const hw::GridConfig& config, const ElaboratedDesign& elaborated,
               const std::string& source, rtl::Design& design) {
  std::vector<std::string> keys;
  const std::vector<Port> ports = ports_of(design);
  for (const Port& port : ports) {
    keys.push_back(port.pin->name);
  }
  map.check_section("ports", keys);
  const std::vector<std::string> there = elaborated.ports();
  for (const Port& port : ports) {
    const std::string& key = port.pin->name;
    std::string& name = port.pin->port;
    const std::optional<YamlValue> entry = map.entry("ports", key);
    name = entry ? entry->text(key) : name;
    if (std::find(there.begin(), there.end(), name) == there.end()) {
      fail(entry, source, fmt::format("module {} has no port {}", design.top, name),
           fmt::format("give the map's section ports the name of {}; there are {}", key, fmt::join(there, ", ")));
    }
    const ElaboratedDesign::Declaration found = *elaborated.find(name);
    if (found.direction != port.direction) {
      throw UserError(found.file, found.line,
                      fmt::format("port {} ({}) is {} {}", name, key, found.direction == "input" ? "an" : "no",
                                  found.direction == "input" ? "input" : "plain output"),
                      fmt::format("make it an {}", port.direction));
    }
    if (found.bits != port.pin->bits) {
      throw UserError(
          found.file, found.line, fmt::format("port {} ({}) has {} bits", name, key, found.bits),
          fmt::format("an array of {}x{} needs a plain vector of {}", config.rows, config.columns, port.pin->bits));
    }
  }
}

/// Finds a signal by the path that the map gives it.
void place_signal(const std::optional<YamlValue>& entry, const hw::GridConfig& config,
                  const ElaboratedDesign& elaborated, const std::string& source, rtl::MappedSignal& signal) {
  const std::string field = signal.name;
  if (entry) {
    signal.path = entry->text(field);
    const auto stars = std::count(signal.path.begin(), signal.path.end(), '*');
    signal.packed = stars == 0;
    if (stars != 0 && stars != 2) {
      entry->fail(fmt::format("'{}' has {} places for an index", signal.path, stars),
                  "write [*] for the row and [*] for the column, or none where one vector holds all elements");
    }
  }
  const std::string example = rtl::element_path(signal, 0);
  const std::optional<ElaboratedDesign::Declaration> found = elaborated.find(example);
  if (!found) {
    fail(entry, source, fmt::format("the design has no signal {} for {}", example, field),
         fmt::format("give the map's section registers the path of {} below the top module", field));
  }
  const int elements = signal.packed ? config.rows * config.columns : 1;
  if (found->bits != signal.field.bits * elements) {
    throw UserError(found->file, found->line, fmt::format("{} ({}) has {} bits", example, field, found->bits),
                    fmt::format("a plain vector of {} is needed", signal.field.bits * elements));
  }
  signal.module = found->module;
  signal.name = signal.path.substr(signal.path.rfind('.') + 1);
}

void map_signals(const NameMap& map, const hw::GridConfig& config, const ElaboratedDesign& elaborated,
                 const std::string& source, rtl::Design& design) {
  std::vector<std::string> fields;
  for (const rtl::MappedSignal& signal : design.signals) {
    fields.push_back(signal.name);
  }
  map.check_section("registers", fields);
  for (rtl::MappedSignal& signal : design.signals) {
    const std::optional<YamlValue> entry = map.entry("registers", signal.name);
    if (map.given() && !entry && signal.field.kind == hw::StateKind::kWire) {
      signal.path.clear();  // a design need not have the wire
    } else {
      place_signal(entry, config, elaborated, source, signal);
    }
  }
}

}  // namespace

rtl::Design external_design(const hw::GridConfig& config, const std::vector<std::string>& sources,
                            const std::string& map_file) {
  const NameMap map(map_file);
  rtl::Design design = rtl::grid_design(config);
  design.top = map.top(design.top);
  design.parameters = map.parameters(config);
  design.reset = map.reset();
  const ElaboratedDesign elaborated(sources, design.top, design.parameters);
  map_ports(map, config, elaborated, sources.front(), design);
  map_signals(map, config, elaborated, sources.front(), design);
  design.sources.clear();
  for (const std::string& source : sources) {
    design.sources.push_back({std::filesystem::path(source).filename().string(), process::read_text(source)});
  }
  return design;
}

}  // namespace faultline::cosim
