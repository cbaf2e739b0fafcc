#include "sim/netlist/gate_netlist.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::netlist {
namespace {

// Ports are told apart by the order in which they are declared.
using json = nlohmann::ordered_json;

constexpr Net kZero = 0;
constexpr Net kOne = 1;

struct GateType {
  const char* cell;  ///< in Yosys
  std::vector<const char*> inputs;
  int transistors;
  uint64_t (*function)(uint64_t a, uint64_t b, uint64_t s);
};

/// In the order of GateKind.
const std::vector<GateType>& gate_types() {
  static const std::vector<GateType> kTypes = {
      {"$_BUF_", {"A"}, 1, [](uint64_t a, uint64_t, uint64_t) { return a; }},
      {"$_NOT_", {"A"}, 2, [](uint64_t a, uint64_t, uint64_t) { return ~a; }},
      {"$_AND_", {"A", "B"}, 6, [](uint64_t a, uint64_t b, uint64_t) { return a & b; }},
      {"$_NAND_", {"A", "B"}, 4, [](uint64_t a, uint64_t b, uint64_t) { return ~(a & b); }},
      {"$_OR_", {"A", "B"}, 6, [](uint64_t a, uint64_t b, uint64_t) { return a | b; }},
      {"$_NOR_", {"A", "B"}, 4, [](uint64_t a, uint64_t b, uint64_t) { return ~(a | b); }},
      {"$_XOR_", {"A", "B"}, 12, [](uint64_t a, uint64_t b, uint64_t) { return a ^ b; }},
      {"$_XNOR_", {"A", "B"}, 12, [](uint64_t a, uint64_t b, uint64_t) { return ~(a ^ b); }},
      {"$_ANDNOT_", {"A", "B"}, 6, [](uint64_t a, uint64_t b, uint64_t) { return a & ~b; }},
      {"$_ORNOT_", {"A", "B"}, 6, [](uint64_t a, uint64_t b, uint64_t) { return a | ~b; }},
      {"$_MUX_", {"A", "B", "S"}, 12, [](uint64_t a, uint64_t b, uint64_t s) { return (s & b) | (~s & a); }},
  };
  return kTypes;
}

const GateType& type_of(GateKind kind) {
  return gate_types()[static_cast<size_t>(kind)];
}

/// Numbers the nets of one module in the order in which they are met.
class NetNumbers {
 public:
  /// Yosys writes a net as a number and a constant as "0", "1", "x" or "z"; what is undefined is taken as 0.
  Net of(const json& bit) {
    if (bit.is_string()) {
      return bit == "1" ? kOne : kZero;
    }
    const auto [place, fresh] = numbers_.emplace(bit.get<int>(), names.size());
    if (fresh) {
      names.push_back(fmt::format("n{}", bit.get<int>()));
    }
    return place->second;
  }
  /// A source's name for nets that are known; a bus gets an index for each bit.
  void name(const std::string& text, const json& bits) {
    for (size_t i = 0; i < bits.size(); ++i) {
      const auto place = bits[i].is_number() ? numbers_.find(bits[i].get<int>()) : numbers_.end();
      if (place != numbers_.end() && names[place->second] == fmt::format("n{}", place->first)) {
        names[place->second] = bits.size() == 1 ? text : fmt::format("{}[{}]", text, i);
      }
    }
  }

  std::vector<std::string> names = {"0", "1"};

 private:
  std::map<int, Net> numbers_;
};

Gate gate_of(const json& cell, NetNumbers& nets, const std::string& where) {
  const std::vector<GateType>& types = gate_types();
  const std::string name = cell.at("type");
  const auto type = std::find_if(types.begin(), types.end(), [&](const GateType& known) { return name == known.cell; });
  if (type == types.end()) {
    throw UserError(where, 0, fmt::format("has a {} in it", name), "give a combinational circuit");
  }
  const json& connections = cell.at("connections");
  Gate gate{static_cast<GateKind>(type - types.begin()), {}, nets.of(connections.at("Y").at(0))};
  for (size_t i = 0; i < type->inputs.size(); ++i) {
    gate.inputs[i] = nets.of(connections.at(type->inputs[i]).at(0));
  }
  return gate;
}

}  // namespace

const char* cell_name(GateKind kind) {
  return type_of(kind).cell;
}

int input_count(GateKind kind) {
  return static_cast<int>(type_of(kind).inputs.size());
}

double gate_equivalents(GateKind kind) {
  constexpr double kTransistorsOfNand = 4;
  return type_of(kind).transistors / kTransistorsOfNand;
}

GateNetlist::GateNetlist(const std::string& yosys_json, const std::string& where) {
  const json design = json::parse(yosys_json, nullptr, false);
  if (!design.is_object() || !design.contains("modules") || design["modules"].size() != 1) {
    throw UserError(where, 0, "gives no single module of gates", "give a circuit that Yosys can flatten");
  }
  const json& module = design["modules"].front();
  NetNumbers nets;
  for (const auto& [name, port] : module.at("ports").items()) {
    Port entry{name, port.at("direction") == "input", {}};
    for (const json& bit : port.at("bits")) {
      entry.nets.push_back(nets.of(bit));
    }
    nets.name(name, port.at("bits"));
    ports_.push_back(std::move(entry));
  }
  for (const json& cell : module.at("cells")) {
    gates_.push_back(gate_of(cell, nets, where));
  }
  for (const auto& [name, net] : module.at("netnames").items()) {
    if (net.value("hide_name", 0) == 0) {
      nets.name(name, net.at("bits"));
    }
  }
  names_ = std::move(nets.names);
  sort_gates(where);
}

/// Kahn's algorithm: a gate is taken when all its inputs are known.
void GateNetlist::sort_gates(const std::string& where) {
  std::vector<std::vector<size_t>> readers(names_.size());
  std::vector<uint8_t> driven(names_.size());
  for (const Gate& gate : gates_) {
    driven[gate.output] = 1;
  }
  std::vector<size_t> missing(gates_.size());
  std::vector<size_t> ready;
  for (size_t i = 0; i < gates_.size(); ++i) {
    for (size_t input = 0; input < static_cast<size_t>(input_count(gates_[i].kind)); ++input) {
      const Net net = gates_[i].inputs[input];
      missing[i] += driven[net];
      readers[net].push_back(i);
    }
    if (missing[i] == 0) {
      ready.push_back(i);
    }
  }
  std::vector<Gate> sorted;
  for (size_t next = 0; next < ready.size(); ++next) {
    const Gate& gate = gates_[ready[next]];
    sorted.push_back(gate);
    for (const size_t reader : readers[gate.output]) {
      if (--missing[reader] == 0) {
        ready.push_back(reader);
      }
    }
  }
  if (sorted.size() != gates_.size()) {
    throw UserError(where, 0, "has a combinational loop", "give a circuit whose gates do not read themselves");
  }
  gates_ = std::move(sorted);
}

std::optional<Net> GateNetlist::find_net(const std::string& name) const {
  const auto place = std::find(names_.begin(), names_.end(), name);
  return place == names_.end() ? std::nullopt : std::optional<Net>(place - names_.begin());
}

void GateNetlist::evaluate(Values& values, const std::optional<StuckNet>& stuck) const {
  values[kZero] = 0;
  values[kOne] = ~uint64_t{0};
  const uint64_t held = stuck && stuck->value ? ~uint64_t{0} : 0;
  if (stuck) {
    values[stuck->net] = held;
  }
  for (const Gate& gate : gates_) {
    if (!stuck || gate.output != stuck->net) {
      values[gate.output] =
          type_of(gate.kind).function(values[gate.inputs[0]], values[gate.inputs[1]], values[gate.inputs[2]]);
    }
  }
}

}  // namespace faultline::netlist
