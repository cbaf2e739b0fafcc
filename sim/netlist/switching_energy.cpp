#include "sim/netlist/switching_energy.h"

#include <bitset>

#include "hw/common/counter_random.h"

namespace faultline::netlist {
namespace {

constexpr int kLanes = 64;
constexpr uint64_t kSeed = 1;

/// A new random pattern on all inputs of every lane.
void draw_inputs(const GateNetlist& circuit, uint64_t step, GateNetlist::Values& values) {
  hw::CounterRandom random(kSeed, step);
  for (const Port& port : circuit.ports()) {
    for (const Net net : port.nets) {
      values[net] = port.input ? random.next_u64() : values[net];
    }
  }
}

}  // namespace

double switching_energy(const GateNetlist& circuit) {
  GateNetlist::Values before(circuit.net_names().size());
  GateNetlist::Values now = before;
  draw_inputs(circuit, 0, before);
  circuit.evaluate(before);
  double energy = 0;
  for (uint64_t step = 1; step <= kTransitions / kLanes; ++step) {
    draw_inputs(circuit, step, now);
    circuit.evaluate(now);
    for (const Gate& gate : circuit.gates()) {
      const std::bitset<kLanes> toggled(before[gate.output] ^ now[gate.output]);
      energy += gate_equivalents(gate.kind) * static_cast<double>(toggled.count());
    }
    std::swap(before, now);
  }
  return energy / kTransitions;
}

}  // namespace faultline::netlist
