#include "sim/netlist/switching_energy.h"

#include <bitset>

#include "hw/common/counter_random.h"

namespace faultline::netlist {
namespace {

constexpr uint64_t kSeed = 1;

/// A new random pattern on all inputs of every sequence.
void draw_inputs(const GateNetlist& circuit, uint64_t step, GateNetlist::Values& values) {
  hw::CounterRandom random(kSeed, step);
  for (const Port& port : circuit.ports()) {
    for (const Net net : port.nets) {
      values[net] = port.input ? random.next_u64() : values[net];
    }
  }
}

}  // namespace

SwitchingCounter::SwitchingCounter(const GateNetlist& circuit)
    : circuit_(circuit), before_(circuit.net_names().size()), now_(before_) {}

void SwitchingCounter::step() {
  circuit_.evaluate(now_);
  if (settled_) {
    for (const Gate& gate : circuit_.gates()) {
      const std::bitset<kSequences> toggled(before_[gate.output] ^ now_[gate.output]);
      switched_ += gate_equivalents(gate.kind) * static_cast<double>(toggled.count());
    }
  }
  settled_ = true;
  std::swap(before_, now_);
}

double switching_energy(const GateNetlist& circuit) {
  SwitchingCounter counter(circuit);
  for (uint64_t step = 0; step <= kTransitions / SwitchingCounter::kSequences; ++step) {
    draw_inputs(circuit, step, counter.inputs());
    counter.step();
  }
  return counter.switched() / kTransitions;
}

}  // namespace faultline::netlist
