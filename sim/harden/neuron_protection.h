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
  /// `neurons` are elements of the layer's output, ascending.
  NeuronProtection(const NeuronScheme& scheme, int32_t zero, std::vector<size_t> neurons);

  /// The unfaulted codes.
  model::Values evaluate(const std::vector<const model::Values*>& input_values) const override;

  const NeuronScheme& scheme() const { return scheme_; }
  const std::string& unit() const override { return scheme_.name; }
  const std::vector<size_t>& neurons() const override { return neurons_; }
  int32_t zero() const override { return zero_; }

 private:
  const NeuronScheme& scheme_;
  int32_t zero_;
  std::vector<size_t> neurons_;
  std::vector<int8_t> unfaulted_;  ///< by code + 128
};

/// Gives an accelerator the unit that carries out the design's scheme, unless it has it. Throws UserError where it has
/// another one.
void add_unit(const HardenedDesign& design, hw::ProtectionConfig& accelerator);

/// Puts a NeuronProtection right after every layer of the design that has protected neurons; what read the layer then
/// reads the protected codes. Throws UserError where find_layers() does.
void protect_neurons(model::Network& network, const HardenedDesign& design);

}  // namespace faultline::harden
