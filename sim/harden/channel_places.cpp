#include "sim/harden/channel_places.h"

namespace faultline::harden {

ChannelPlaces channels_of(const model::Operator& layer) {
  const auto* matrix = dynamic_cast<const model::MatrixOperator*>(&layer);
  const model::ConvolutionGeometry& geometry =
      matrix != nullptr ? matrix->geometry : dynamic_cast<const model::PoolingOperator&>(layer).geometry;
  return {static_cast<size_t>(geometry.out_channels), static_cast<size_t>(geometry.pixels()),
          matrix != nullptr ? matrix->layout : model::Layout::kChannelsFirst};
}

}  // namespace faultline::harden
