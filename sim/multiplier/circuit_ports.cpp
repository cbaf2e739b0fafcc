#include "sim/multiplier/circuit_ports.h"

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::multiplier {

MultiplierPorts multiplier_ports(const std::vector<CircuitPort>& ports, const std::string& file) {
  std::vector<CircuitPort> inputs;
  std::vector<CircuitPort> outputs;
  for (const CircuitPort& port : ports) {
    (port.input ? inputs : outputs).push_back(port);
  }
  const bool fits = inputs.size() == 2 && outputs.size() == 1 && inputs[0].bits == inputs[1].bits &&
                    inputs[0].bits >= 8 && inputs[0].bits <= 16 && outputs[0].bits == 2 * inputs[0].bits;
  if (!fits) {
    std::string found;
    for (const CircuitPort& port : ports) {
      found += fmt::format("{}{} {} ({} bits)", found.empty() ? "" : ", ", port.input ? "input" : "output", port.name,
                           port.bits);
    }
    throw UserError(file, 0, fmt::format("is no multiplier: its ports are {}", found.empty() ? "none" : found),
                    "a combinational module with two inputs of 8 to 16 bits and one output of twice as many is needed; "
                    "name it with --top where there are several modules");
  }
  // Ports called A and B in either order say which operand is which.
  const bool exchanged = inputs[0].name == "B" || inputs[0].name == "b";
  return {inputs[exchanged ? 1 : 0].name, inputs[exchanged ? 0 : 1].name, outputs[0].name, inputs[0].bits,
          outputs[0].bits};
}

}  // namespace faultline::multiplier
