#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "hw/arithmetic/multiplier.h"
#include "sim/model/network.h"

namespace faultline::harden {

/// For each weight w, at index w + 128, the weight v that minimises the sum over all activations a of |M(a, v) - a w|:
/// w itself where none is better, else the nearest to w of those that are best, the smaller of two as near.
///
/// The mapping function of V. Mrazek et al., ALWANN: automatic layer-wise approximation of deep neural network
/// accelerators without retraining, ICCAD 2019, with every activation code as likely as the other.
std::array<int8_t, 256> best_weights(const hw::Multiplier& multiplier);

/// The multiplier that takes the products of a layer.
using MultiplierOfLayer = std::function<const hw::Multiplier&(const std::string& layer)>;

/// Replaces every weight that the array multiplies by best_weights() of its layer's multiplier. Biases stay, with the
/// corrections for zero points that they hold: the products still stand for those of the weights before.
void remap_weights(model::Network& network, const MultiplierOfLayer& multiplier_of);

}  // namespace faultline::harden
