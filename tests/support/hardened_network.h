#pragma once

#include <algorithm>
#include <memory>
#include <string>

#include "sim/harden/neuron_protection.h"
#include "tests/support/random_network.h"

namespace faultline::test {

/// The lowest code that a layer's post-processing gives.
inline int32_t lowest_code(const model::PostProcessing& post) {
  if (post.table.empty()) {
    return post.low;
  }
  const auto at = [&](int32_t code) { return post.table.begin() + code + 128; };
  return *std::min_element(at(post.low), at(post.high) + 1);
}

/// The small classifier with about a third of the neurons of each layer with int8 outputs protected. The lowest code of
/// those layers stands for 0, so that every scheme can protect them.
inline std::shared_ptr<model::Network> hardened_classifier(LayerMaker& maker, const std::string& scheme) {
  model::Network network = small_classifier_network(maker);
  harden::HardenedDesign design{"random", "random", network.sha256, scheme, {}};
  for (const auto& step : network.operators) {
    const auto* matrix = dynamic_cast<const model::MatrixOperator*>(step.get());
    if (matrix == nullptr || matrix->post.raw()) {
      continue;
    }
    model::TensorInfo& output = network.tensors[static_cast<size_t>(matrix->output)];
    output.quantisation.zero_point = lowest_code(matrix->post);
    design.layers.push_back({matrix->name, {}, 0});
    for (int64_t neuron = 0; neuron < model::element_count(output.shape); ++neuron) {
      if (neuron == 0 || maker.one_in(3)) {
        design.layers.back().neurons.push_back(static_cast<size_t>(neuron));
      }
    }
  }
  harden::protect_neurons(network, design);
  return std::make_shared<model::Network>(std::move(network));
}

}  // namespace faultline::test
