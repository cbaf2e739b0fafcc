#pragma once

#include <cstdint>

#include "hw/common/state_table.h"

namespace faultline::hw {

/// How a fault changes the bits of its mask. docs/fault-model.md is the full definition.
enum class FaultModel {
  kFlip,      ///< register: inverted once, at the start of each window; wire: inverted in every cycle of the window
  kStuckAt0,  ///< 0 in every cycle of the window
  kStuckAt1,  ///< 1 in every cycle of the window
};

/// A perturbation of named bits in a window of cycles.
///
/// The window opens at `start` and lasts `duration` cycles (0: to the end of the run). With `period` > 0 it opens again
/// every `period` cycles (an intermittent fault); 0 means once. Cycles count from the first edge after reset, as 0.
struct Fault {
  Site site;
  uint64_t mask = 0;  ///< bits of one element; not 0 and inside the field's width
  FaultModel model = FaultModel::kFlip;
  uint64_t start = 0;
  uint64_t duration = 1;
  uint64_t period = 0;

  /// True when a window is open in this cycle.
  bool active(uint64_t cycle) const {
    if (cycle < start) {
      return false;
    }
    const uint64_t since = period > 0 ? (cycle - start) % period : cycle - start;
    return duration == 0 || since < duration;
  }
  /// True when a window opens at this cycle.
  bool opens(uint64_t cycle) const {
    return cycle >= start && (period > 0 ? (cycle - start) % period == 0 : cycle == start);
  }
  /// True when neither this cycle nor a later one lies in a window.
  bool over(uint64_t cycle) const {
    return period == 0 && duration != 0 && cycle >= start && cycle - start >= duration;
  }
};

}  // namespace faultline::hw
