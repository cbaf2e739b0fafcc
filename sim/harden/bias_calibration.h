#pragma once

#include <memory>
#include <vector>

#include "sim/engine/layer_multipliers.h"
#include "sim/model/network.h"

namespace faultline::harden {

/// Adds to the bias of every channel of every layer on the array what its sums lack on average: over `samples` and the
/// layer's pixels, the sum of exact products with the weights of `reference`, less the sum that `network` gives, both
/// of the activations that the layers before it, corrected already, give with `multipliers`. Rounded to the nearest
/// whole number. An approximate multiplier whose errors have a mean loses that mean; what varies around it stays.
///
/// The empirical bias correction of M. Nagel et al., Data-free quantization through weight equalization and bias
/// correction, ICCV 2019, section 4.2, applied to the multiplier's error in place of the quantisation's.
///
/// `reference` is the same network before its weights were changed, `multipliers` are of `network`, and samples fit its
/// input; there is at least one. Keeps all activations of all samples in memory.
void calibrate_biases(const std::shared_ptr<model::Network>& network, const model::Network& reference,
                      const engine::LayerMultipliers& multipliers, const std::vector<model::Values>& samples);

}  // namespace faultline::harden
