#pragma once

#include <algorithm>
#include <cstddef>

#include "sim/model/network.h"
#include "tests/support/random_layer.h"

namespace faultline::test {

/// The post-processing of a layer that requantises, or nullptr.
inline model::PostProcessing* requantising_post(model::Operator& layer) {
  model::PostProcessing* post = nullptr;
  if (auto* matrix = dynamic_cast<model::MatrixOperator*>(&layer)) {
    post = &matrix->post;
  } else if (auto* pooling = dynamic_cast<model::PoolingOperator*>(&layer)) {
    post = pooling->pooling == model::PoolingKind::kSum ? &pooling->post : nullptr;
  }
  return post == nullptr || post->raw() ? nullptr : post;
}

/// Gives each channel of each layer random bounds within the layer's clamp; now and then a layer has none.
inline void bound_channels(LayerMaker& maker, model::Network& network) {
  for (auto& step : network.operators) {
    model::PostProcessing* post = requantising_post(*step);
    if (post == nullptr || maker.one_in(6)) {
      continue;
    }
    for (size_t channel = 0; channel < post->factor.size(); ++channel) {
      const int one = maker.between(post->low, post->high);
      const int other = maker.between(post->low, post->high);
      post->channel_range.push_back({std::min(one, other), std::max(one, other)});
    }
  }
}

/// Has 0 stand for what is outside the bounds of channels.
inline void zero_outside(model::Network& network) {
  for (auto& step : network.operators) {
    if (model::PostProcessing* post = requantising_post(*step)) {
      post->zero_outside = !post->channel_range.empty();
    }
  }
}

}  // namespace faultline::test
