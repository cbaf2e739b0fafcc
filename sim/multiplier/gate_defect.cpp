#include "sim/multiplier/gate_defect.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/multiplier/circuit_ports.h"
#include "sim/multiplier/error_metrics.h"
#include "sim/multiplier/metrics_json.h"
#include "sim/process/child_process.h"

namespace faultline::multiplier {
namespace {

using netlist::GateNetlist;
using netlist::Net;

constexpr int kPatterns = 64;  // that a word holds
constexpr int kOperandBits = 8;
constexpr Net kFirstNet = 2;  // after the constants

struct MultiplierNets {
  std::vector<Net> a, b, product;
};

/// Throws UserError unless the circuit multiplies operands of 8 bits.
MultiplierNets nets_of(const GateCircuit& circuit) {
  std::vector<CircuitPort> ports;
  for (const netlist::Port& port : circuit.gates.ports()) {
    ports.push_back({port.name, static_cast<int>(port.nets.size()), port.input});
  }
  const MultiplierPorts named = multiplier_ports(ports, circuit.name);
  if (named.operand_bits != kOperandBits) {
    throw UserError(circuit.name, 0, fmt::format("multiplies operands of {} bits", named.operand_bits),
                    "give a circuit of 8-bit operands");
  }
  const auto nets = [&](const std::string& name) {
    const auto& all = circuit.gates.ports();
    return std::find_if(all.begin(), all.end(), [&](const netlist::Port& port) { return port.name == name; })->nets;
  };
  return {nets(named.a), nets(named.b), nets(named.product)};
}

/// Bit `bit` of the operand byte of 64 consecutive patterns from `first` on; `shift` picks the operand of the pattern.
uint64_t operand_word(int first, int shift, int bit) {
  uint64_t word = 0;
  for (int pattern = 0; pattern < kPatterns; ++pattern) {
    word |= static_cast<uint64_t>(((first + pattern) >> (shift + bit)) & 1) << pattern;
  }
  return word;
}

}  // namespace

GateCircuit gates_of(const hw::GeneratedMultiplier& multiplier) {
  return {multiplier.name(), multiplier.is_signed,
          netlist::synthesize_gates(multiplier.systemverilog(), multiplier.module_name(), multiplier.name())};
}

GateCircuit gates_of(const std::string& file, const std::string& top, bool is_signed) {
  const std::string text = process::read_text(file);
  if (text.empty()) {
    throw UserError(file, 0, "cannot be read or is empty", "give the path of a Verilog file");
  }
  return {file, is_signed, netlist::synthesize_gates(text, top, file)};
}

nlohmann::ordered_json nets_json(const GateCircuit& circuit) {
  const std::vector<std::string>& names = circuit.gates.net_names();
  std::vector<std::string> drivers(names.size());
  std::vector<int> readers(names.size());
  for (const netlist::Port& port : circuit.gates.ports()) {
    for (const Net net : port.nets) {
      readers[net] += port.input ? 0 : 1;
      drivers[net] = port.input ? "input" : drivers[net];
    }
  }
  for (const netlist::Gate& gate : circuit.gates.gates()) {
    drivers[gate.output] = netlist::cell_name(gate.kind);
    for (int input = 0; input < netlist::input_count(gate.kind); ++input) {
      ++readers[gate.inputs[static_cast<size_t>(input)]];
    }
  }
  nlohmann::ordered_json nets = nlohmann::ordered_json::array();
  for (Net net = kFirstNet; net < names.size(); ++net) {
    nets.push_back({{"net", names[net]}, {"driver", drivers[net]}, {"readers", readers[net]}});
  }
  return {{"name", circuit.name}, {"signed", circuit.is_signed}, {"nets", nets}};
}

ProductTable tabulate(const GateCircuit& circuit, const std::optional<netlist::StuckNet>& stuck) {
  const MultiplierNets nets = nets_of(circuit);
  ProductTable table;
  table.name = circuit.name;
  table.is_signed = circuit.is_signed;
  GateNetlist::Values values(circuit.gates.net_names().size());
  for (int first = 0; first < static_cast<int>(ProductTable::kEntries); first += kPatterns) {
    for (int bit = 0; bit < kOperandBits; ++bit) {
      values[nets.a[static_cast<size_t>(bit)]] = operand_word(first, kOperandBits, bit);
      values[nets.b[static_cast<size_t>(bit)]] = operand_word(first, 0, bit);
    }
    circuit.gates.evaluate(values, stuck);
    for (int pattern = 0; pattern < kPatterns; ++pattern) {
      uint32_t product = 0;
      for (size_t bit = 0; bit < nets.product.size(); ++bit) {
        product |= static_cast<uint32_t>((values[nets.product[bit]] >> pattern) & 1) << bit;
      }
      table.products[static_cast<size_t>(first + pattern)] =
          circuit.is_signed ? static_cast<int16_t>(product) : static_cast<int32_t>(product);
    }
  }
  return table;
}

netlist::StuckNet stuck_net(const GateCircuit& circuit, const std::string& net, bool value) {
  const auto found = circuit.gates.find_net(net);
  if (!found || *found < kFirstNet) {
    throw UserError("--net", 0, fmt::format("{} has no net '{}'", circuit.name, net),
                    "give one that `faultline multiplier nets` lists");
  }
  return {*found, value};
}

nlohmann::ordered_json defect_description(const GateCircuit& circuit, const ProductTable& table, const std::string& net,
                                          bool value) {
  return {{"name", fmt::format("{} with {} stuck at {}", circuit.name, net, value ? 1 : 0)},
          {"signed", circuit.is_signed},
          {"entries", "16 bits, little-endian, row-major [a][b]"},
          {"source", circuit.name},
          {"defect", {{"net", net}, {"stuck_at", value ? 1 : 0}}},
          {"measured", to_json(error_metrics(table))}};
}

}  // namespace faultline::multiplier
