#pragma once

#include <cstddef>

#include "sim/model/network.h"

namespace faultline::harden {

/// Where the channels of a layer's output lie in its tensor.
struct ChannelPlaces {
  size_t channels = 1;
  size_t pixels = 1;
  model::Layout layout = model::Layout::kChannelsFirst;

  size_t channel_of(size_t element) const {
    return layout == model::Layout::kChannelsLast ? element % channels : element / pixels;
  }
};

/// Of a MatrixOperator or a PoolingOperator.
ChannelPlaces channels_of(const model::Operator& layer);

}  // namespace faultline::harden
