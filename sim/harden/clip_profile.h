#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "sim/harden/clip_design.h"
#include "sim/model/dataset.h"
#include "sim/model/network.h"

namespace faultline::harden {

/// The tensors of an image, indexed by TensorId.
using TensorsOfImage = std::function<std::vector<model::Values>(size_t image)>;

/// What has bounds of its own.
enum class ClipGrain { kLayer, kChannel };

/// For every layer that requantises, the least and the largest code that its outputs take over `images` images: clipped
/// to these, no output of any of the images changes. Where a layer has a table, which hides the codes before it, the
/// bounds hold all codes that the table maps between its least and its largest output. kChannel: the same for each
/// channel of a layer by itself.
std::vector<ClipBounds> profile_bounds(const model::Network& network, ClipGrain grain, size_t images,
                                       const TensorsOfImage& tensors);

/// The same over the images of a data set that fits the network, inferred with this multiplier; calls
/// progress(done, total) before each.
std::vector<ClipBounds> profile_bounds(const std::shared_ptr<const model::Network>& network,
                                       const hw::Multiplier& multiplier, ClipGrain grain, const model::Dataset& images,
                                       const std::function<void(size_t done, size_t total)>& progress);

}  // namespace faultline::harden
