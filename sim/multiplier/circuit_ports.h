#pragma once

#include <string>
#include <vector>

namespace faultline::multiplier {

struct CircuitPort {
  std::string name;
  int bits;
  bool input;
};

/// The ports of a multiplier by what they carry.
struct MultiplierPorts {
  std::string a, b, product;
  int operand_bits = 0;
  int product_bits = 0;
};

/// Which of a module's ports, in the order of their declaration, is which: inputs called A and B are a and b, else the
/// first is a. Throws UserError at `file` where they are no multiplier's.
MultiplierPorts multiplier_ports(const std::vector<CircuitPort>& ports, const std::string& file);

}  // namespace faultline::multiplier
