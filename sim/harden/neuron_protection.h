#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/harden/hardened_design.h"
#include "sim/harden/neuron_scheme.h"
#include "sim/model/network.h"

namespace faultline::harden {

/// What the words of protected neurons become, between a layer and those that read it. Splitting a neuron and joining
/// its halves costs it its lowest bit; the other schemes change nothing until a word is faulty.
class NeuronProtection : public model::HostOperator {
 public:
  /// `neurons` are elements of the layer's output, ascending.
  NeuronProtection(const NeuronScheme& scheme, int32_t zero, std::vector<size_t> neurons);

  /// The unfaulted codes.
  model::Values evaluate(const std::vector<const model::Values*>& input_values) const override;

  const NeuronScheme& scheme() const { return scheme_; }
  /// The code of 0 of the layer's outputs.
  int32_t zero() const { return zero_; }
  const std::vector<size_t>& neurons() const { return neurons_; }

 private:
  const NeuronScheme& scheme_;
  int32_t zero_;
  std::vector<size_t> neurons_;
  std::vector<int8_t> unfaulted_;  ///< by code + 128
};

/// Puts a NeuronProtection right after every layer of the design that has protected neurons; what read the layer then
/// reads the protected codes. Throws UserError where find_layers() does.
void protect_neurons(model::Network& network, const HardenedDesign& design);

}  // namespace faultline::harden
