#include "sim/harden/clip_profile.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "sim/engine/functional_engine.h"
#include "sim/harden/channel_places.h"
#include "sim/model/network_input.h"

namespace faultline::harden {
namespace {

/// What the outputs of one layer were, in groups of channels.
struct SeenCodes {
  const model::Operator* layer;
  std::vector<model::CodeRange> groups;  ///< empty ranges (low above high) until something is seen
};

std::vector<SeenCodes> layers_of(const model::Network& network, ClipGrain grain) {
  std::vector<SeenCodes> layers;
  for (const auto& step : network.operators) {
    if (requantisation_of(*step) != nullptr) {
      const size_t groups = grain == ClipGrain::kLayer ? 1 : channels_of(*step).channels;
      layers.push_back({step.get(), std::vector<model::CodeRange>(groups, {127, -128})});
    }
  }
  return layers;
}

void look(const std::vector<model::Values>& tensors, SeenCodes& seen) {
  const auto& codes = std::get<std::vector<int8_t>>(tensors[static_cast<size_t>(seen.layer->output)]);
  const ChannelPlaces places = channels_of(*seen.layer);
  for (size_t element = 0; element < codes.size(); ++element) {
    model::CodeRange& range = seen.groups[seen.groups.size() == 1 ? 0 : places.channel_of(element)];
    range.low = std::min<int32_t>(range.low, codes[element]);
    range.high = std::max<int32_t>(range.high, codes[element]);
  }
}

/// The codes before the table that gave these outputs, and those between them.
model::CodeRange before_table(const model::PostProcessing& post, model::CodeRange seen) {
  if (post.table.empty()) {
    return seen;
  }
  model::CodeRange before{127, -128};
  for (int32_t code = post.low; code <= post.high; ++code) {
    const int32_t output = post.table[static_cast<size_t>(int64_t{code} + 128)];
    if (output >= seen.low && output <= seen.high) {
      before.low = std::min(before.low, code);
      before.high = std::max(before.high, code);
    }
  }
  return before;
}

ClipBounds bounds_of(const SeenCodes& seen, ClipGrain grain) {
  const model::PostProcessing& post = *requantisation_of(*seen.layer);
  std::vector<model::CodeRange> ranges;
  std::transform(seen.groups.begin(), seen.groups.end(), std::back_inserter(ranges),
                 [&post](model::CodeRange range) { return before_table(post, range); });
  ClipBounds bounds = channel_bounds(seen.layer->name, std::move(ranges));
  if (grain == ClipGrain::kLayer) {
    bounds.channels.clear();
  }
  return bounds;
}

}  // namespace

std::vector<ClipBounds> profile_bounds(const model::Network& network, ClipGrain grain, size_t images,
                                       const TensorsOfImage& tensors) {
  std::vector<SeenCodes> layers = layers_of(network, grain);
  for (size_t image = 0; image < images; ++image) {
    const std::vector<model::Values> values = tensors(image);
    for (SeenCodes& layer : layers) {
      look(values, layer);
    }
  }
  std::vector<ClipBounds> bounds;
  std::transform(layers.begin(), layers.end(), std::back_inserter(bounds),
                 [grain](const SeenCodes& layer) { return bounds_of(layer, grain); });
  return bounds;
}

std::vector<ClipBounds> profile_bounds(const std::shared_ptr<const model::Network>& network,
                                       const hw::Multiplier& multiplier, ClipGrain grain, const model::Dataset& images,
                                       const std::function<void(size_t done, size_t total)>& progress) {
  const engine::FunctionalEngine engine(network, multiplier);
  return profile_bounds(*network, grain, images.size(), [&](size_t image) {
    progress(image, images.size());
    return engine.run(model::network_input(*network, images.image(image)));
  });
}

}  // namespace faultline::harden
