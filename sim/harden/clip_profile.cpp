#include "sim/harden/clip_profile.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace faultline::harden {
namespace {

/// What one layer's outputs were.
struct SeenCodes {
  const model::Operator* layer;
  int32_t least = 127;
  int32_t largest = -128;
};

std::vector<SeenCodes> layers_of(const model::Network& network) {
  std::vector<SeenCodes> layers;
  for (const auto& step : network.operators) {
    if (requantisation_of(*step) != nullptr) {
      layers.push_back({step.get()});
    }
  }
  return layers;
}

void look(const std::vector<model::Values>& tensors, SeenCodes& seen) {
  const auto& codes = std::get<std::vector<int8_t>>(tensors[static_cast<size_t>(seen.layer->output)]);
  const auto [least, largest] = std::minmax_element(codes.begin(), codes.end());
  if (least != codes.end()) {
    seen.least = std::min<int32_t>(seen.least, *least);
    seen.largest = std::max<int32_t>(seen.largest, *largest);
  }
}

/// The codes before the table that gave these outputs, and those between them.
ClipBounds bounds_of(const SeenCodes& seen) {
  const model::PostProcessing& post = *requantisation_of(*seen.layer);
  if (post.table.empty()) {
    return {seen.layer->name, seen.least, seen.largest};
  }
  ClipBounds bounds{seen.layer->name, 127, -128};
  for (int32_t code = post.low; code <= post.high; ++code) {
    const int32_t output = post.table[static_cast<size_t>(int64_t{code} + 128)];
    if (output >= seen.least && output <= seen.largest) {
      bounds.low = std::min(bounds.low, code);
      bounds.high = std::max(bounds.high, code);
    }
  }
  return bounds;
}

}  // namespace

std::vector<ClipBounds> profile_bounds(const model::Network& network, size_t images, const TensorsOfImage& tensors) {
  std::vector<SeenCodes> layers = layers_of(network);
  for (size_t image = 0; image < images; ++image) {
    const std::vector<model::Values> values = tensors(image);
    for (SeenCodes& layer : layers) {
      look(values, layer);
    }
  }
  std::vector<ClipBounds> bounds;
  std::transform(layers.begin(), layers.end(), std::back_inserter(bounds), bounds_of);
  return bounds;
}

}  // namespace faultline::harden
