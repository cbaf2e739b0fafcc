#pragma once

#include "sim/netlist/gate_netlist.h"

namespace faultline::netlist {

/// How many changes of the inputs switching_energy() averages over.
constexpr int kTransitions = 1 << 16;

/// The mean, over kTransitions changes from one uniformly random pattern of all input bits to the next, of the gates
/// whose output changes, each weighted by its gate equivalents: switched capacitance in units of a NAND's, if that
/// grows with the gate. Nets settle without delay, so glitches do not count, nor do the inputs themselves.
double switching_energy(const GateNetlist& circuit);

}  // namespace faultline::netlist
