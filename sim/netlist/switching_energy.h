#pragma once

#include <cstdint>

#include "sim/netlist/gate_netlist.h"

namespace faultline::netlist {

/// Adds up what switches in a circuit whose inputs change step by step, for 64 sequences of inputs side by side: the
/// gates whose output changes, each weighted by its gate equivalents: switched capacitance in units of a NAND's, if
/// that grows with the gate. Nets settle without delay, so glitches do not count, nor do the inputs themselves.
class SwitchingCounter {
 public:
  static constexpr int kSequences = 64;

  /// `circuit` must outlive the counter.
  explicit SwitchingCounter(const GateNetlist& circuit);

  /// One word for each net; bit i belongs to sequence i. Those of all inputs must be set before each step().
  GateNetlist::Values& inputs() { return now_; }
  /// Settles the circuit and adds what has switched since the step before. Nothing switches in the first.
  void step();
  /// Gate equivalents that have switched, over all sequences.
  double switched() const { return switched_; }

 private:
  const GateNetlist& circuit_;
  GateNetlist::Values before_, now_;
  bool settled_ = false;
  double switched_ = 0;
};

/// How many changes of the inputs switching_energy() averages over.
constexpr int kTransitions = 1 << 16;

/// What switches (SwitchingCounter) in the mean over kTransitions changes from one uniformly random pattern of all
/// input bits to the next.
double switching_energy(const GateNetlist& circuit);

}  // namespace faultline::netlist
