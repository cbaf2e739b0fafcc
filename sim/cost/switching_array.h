#pragma once

#include <cstdint>
#include <vector>

#include "hw/multipliers/family.h"
#include "sim/cost/operand_probe.h"
#include "sim/netlist/switching_energy.h"

namespace faultline::cost {

/// The gates of a multiplier, once for each element of an array: what they switch when the operands change.
class SwitchingArray {
 public:
  /// Throws UserError when Yosys is missing.
  SwitchingArray(const hw::GeneratedMultiplier& multiplier, size_t elements);
  SwitchingArray(const SwitchingArray&) = delete;
  SwitchingArray& operator=(const SwitchingArray&) = delete;

  /// The operands of the next cycle, one of each for every element.
  void step(const MultiplierInputs& inputs);
  /// Gate equivalents that have switched (netlist/switching_energy.h), over all elements.
  double switched() const;

 private:
  std::vector<netlist::Net> nets_of(const char* port, int bits) const;
  void set(const std::vector<netlist::Net>& nets, const std::vector<uint16_t>& operands, size_t group);

  netlist::GateNetlist circuit_;
  std::vector<netlist::Net> activation_, weight_;
  std::vector<netlist::SwitchingCounter> counters_;  ///< by group of elements, one in each sequence
};

}  // namespace faultline::cost
