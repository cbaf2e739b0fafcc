#include "sim/campaign/attribution.h"

#include <cmath>

#include "sim/campaign/experiment_row.h"

namespace faultline::campaign {

int layer_struck(const std::vector<LayerSpan>& layers, const hw::Fault& fault) {
  const bool permanent = fault.duration == 0 && fault.start == 0;
  if (permanent || layers.empty()) {
    return kWholeRunLayer;
  }
  int index = 0;
  for (size_t i = 1; i < layers.size(); ++i) {
    if (layers[i].first_cycle <= fault.start) {
      index = static_cast<int>(i);
    }
  }
  return index;
}

uint64_t hang_limit(uint64_t golden_cycles, double hang_factor) {
  return static_cast<uint64_t>(std::floor(hang_factor * static_cast<double>(golden_cycles))) + 1;
}

}  // namespace faultline::campaign
