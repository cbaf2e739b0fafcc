#pragma once

#include <cstdint>

#include "hw/arithmetic/requantisation.h"
#include "sim/engine/result_trace.h"

namespace faultline::engine {

/// What post-processing makes of one value, stage by stage (hw::ResultProbe::Lane).
struct ProcessedValue {
  hw::WideProduct product = 0;
  int64_t rounded = 0;  ///< with the zero point, before it is clamped; `written` where nothing is rounded
  int64_t written = 0;
};

/// The farthest station at which one of the two is wrong if the other is right; kNone when all stages are equal.
inline Station farthest_difference(const ProcessedValue& a, const ProcessedValue& b) {
  if (a.written != b.written) {
    return Station::kOutputBuffer;
  }
  if (a.rounded != b.rounded) {
    return Station::kClamp;
  }
  return a.product != b.product ? Station::kRequantisation : Station::kNone;
}

}  // namespace faultline::engine
