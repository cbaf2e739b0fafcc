#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/protection/protection_config.h"
#include "sim/harden/hardened_design.h"
#include "sim/harden/neuron_scheme.h"
#include "sim/model/network.h"
#include "sim/model/protected_neurons.h"

namespace faultline::harden {

/// What the words of protected neurons become, between a layer and those that read it. Splitting a neuron and joining
/// its halves costs it its lowest bit; the other schemes change nothing until a word is faulty.
class NeuronProtection : public model::ProtectedNeurons {
 public:
  /// `neurons` are elements of the layer's output, ascending; `intervals` the codes that each of them may have, or
  /// empty where the scheme does not ask.
  NeuronProtection(const NeuronScheme& scheme, int32_t zero, std::vector<size_t> neurons,
                   std::vector<model::CodeRange> intervals = {});

  /// The unfaulted codes.
  model::Values evaluate(const std::vector<const model::Values*>& input_values) const override;

  const NeuronScheme& scheme() const { return scheme_; }
  const std::string& unit() const override { return scheme_.name; }
  const std::vector<size_t>& neurons() const override { return neurons_; }
  model::CodeRange interval(size_t index) const override {
    return intervals_.empty() ? model::CodeRange{} : intervals_[index];
  }
  int32_t zero() const override { return zero_; }
  /// What the words of a protected neuron become; `neuron` is one of neurons().
  ResolvedNeuron resolve(size_t neuron, const std::vector<uint8_t>& words) const;

 private:
  using UnfaultedCodes = std::vector<int8_t>;  ///< by code + 128

  const NeuronScheme& scheme_;
  int32_t zero_;
  std::vector<size_t> neurons_;
  std::vector<model::CodeRange> intervals_;
  std::vector<UnfaultedCodes> unfaulted_;  ///< of each interval that there is
  std::vector<size_t> table_of_;           ///< by index of neuron: its interval's in `unfaulted_`
};

/// Gives an accelerator the unit that carries out the design's scheme, and the one that holds the intervals of channels
/// where the scheme has some, unless it has them. Throws UserError where it has others.
void add_unit(const HardenedDesign& design, hw::ProtectionConfig& accelerator);

/// Where the design's scheme has intervals: has 0 stand for codes outside them in channels without protected neurons
/// (zero_outside()). Before protect_neurons(), which leaves the protected ones to the unit. Throws UserError where
/// find_layers() does and for a layer that has bounds of channels already.
void hold_to_intervals(model::Network& network, const HardenedDesign& design);

/// Puts a NeuronProtection right after every layer of the design that has protected neurons; what read the layer then
/// reads the protected codes. Throws UserError where find_layers() does.
void protect_neurons(model::Network& network, const HardenedDesign& design);

}  // namespace faultline::harden
