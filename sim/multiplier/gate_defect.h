#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sim/multiplier/product_table.h"
#include "sim/netlist/gate_netlist.h"

namespace faultline::multiplier {

/// A multiplier of 8-bit operands as gates.
struct GateCircuit {
  std::string name;
  bool is_signed = true;
  netlist::GateNetlist gates;
};

/// The gates that Yosys makes of a generated multiplier, or of a module in a Verilog file (`top` where it has several).
/// Throws UserError.
GateCircuit gates_of(const hw::GeneratedMultiplier& multiplier);
GateCircuit gates_of(const std::string& file, const std::string& top, bool is_signed);

/// The nets that can be stuck: what drives each ("input" or Yosys' gate) and how many gates and outputs read it.
nlohmann::ordered_json nets_json(const GateCircuit& circuit);

/// The table of all products, those of a defective circuit where a net is stuck.
ProductTable tabulate(const GateCircuit& circuit, const std::optional<netlist::StuckNet>& stuck);

/// A net by name. Throws UserError where the circuit has none of that name.
netlist::StuckNet stuck_net(const GateCircuit& circuit, const std::string& net, bool value);

/// What is kept beside the table of a defective circuit, in FILE.json.
nlohmann::ordered_json defect_description(const GateCircuit& circuit, const ProductTable& table, const std::string& net,
                                          bool value);

}  // namespace faultline::multiplier
