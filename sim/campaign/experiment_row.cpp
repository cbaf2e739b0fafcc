#include "sim/campaign/experiment_row.h"

namespace faultline::campaign {

const char* to_string(Extent extent) {
  constexpr std::array<const char*, kExtents.size()> kNames = {"struck", "buffer", "logits", "class"};
  return kNames[static_cast<size_t>(extent)];
}

const char* to_string(MaskedIn place) {
  constexpr std::array<const char*, kMaskedPlaces.size()> kNames = {
      "", "array", "pooling", "requantise", "clamp", "output_buffer", "later_layer"};
  return kNames[static_cast<size_t>(place)];
}

}  // namespace faultline::campaign
