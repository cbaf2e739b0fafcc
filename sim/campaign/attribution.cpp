#include "sim/campaign/attribution.h"

#include <cmath>

#include "sim/campaign/experiment_row.h"

namespace faultline::campaign {

std::string layer_struck(const std::vector<LayerSpan>& layers, const hw::Fault& fault) {
  const bool permanent = fault.duration == 0 && fault.start == 0;
  if (permanent || layers.empty()) {
    return kWholeRun;
  }
  std::string name = layers.front().name;
  for (const LayerSpan& layer : layers) {
    if (layer.first_cycle <= fault.start) {
      name = layer.name;
    }
  }
  return name;
}

uint64_t hang_limit(uint64_t golden_cycles, double hang_factor) {
  return static_cast<uint64_t>(std::floor(hang_factor * static_cast<double>(golden_cycles))) + 1;
}

}  // namespace faultline::campaign
