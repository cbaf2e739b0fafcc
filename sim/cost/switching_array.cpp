#include "sim/cost/switching_array.h"

#include <algorithm>

#include <fmt/format.h>

namespace faultline::cost {
namespace {

constexpr size_t kGroup = netlist::SwitchingCounter::kSequences;

}  // namespace

SwitchingArray::SwitchingArray(const hw::GeneratedMultiplier& multiplier, size_t elements)
    : circuit_(netlist::synthesize_gates(multiplier.systemverilog(), multiplier.module_name(), multiplier.name())),
      activation_(nets_of("activation", multiplier.bits)),
      weight_(nets_of("weight", multiplier.bits)),
      counters_((elements + kGroup - 1) / kGroup, netlist::SwitchingCounter(circuit_)) {}

void SwitchingArray::step(const MultiplierInputs& inputs) {
  for (size_t group = 0; group < counters_.size(); ++group) {
    set(activation_, inputs.activations, group);
    set(weight_, inputs.weights, group);
    counters_[group].step();
  }
}

double SwitchingArray::switched() const {
  double sum = 0;
  for (const netlist::SwitchingCounter& counter : counters_) {
    sum += counter.switched();
  }
  return sum;
}

std::vector<netlist::Net> SwitchingArray::nets_of(const char* port, int bits) const {
  std::vector<netlist::Net> nets;
  for (int bit = 0; bit < bits; ++bit) {
    nets.push_back(circuit_.find_net(fmt::format("{}[{}]", port, bit)).value());
  }
  return nets;
}

void SwitchingArray::set(const std::vector<netlist::Net>& nets, const std::vector<uint16_t>& operands, size_t group) {
  const size_t first = group * kGroup;
  const size_t count = std::min(kGroup, operands.size() - first);
  for (size_t bit = 0; bit < nets.size(); ++bit) {
    uint64_t word = 0;
    for (size_t i = 0; i < count; ++i) {
      word |= uint64_t{operands[first + i] >> bit & 1U} << i;
    }
    counters_[group].inputs()[nets[bit]] = word;
  }
}

}  // namespace faultline::cost
