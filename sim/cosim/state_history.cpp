#include "sim/cosim/state_history.h"

namespace faultline::cosim {

std::optional<LastWriter> StateHistory::last_change(hw::Site site, uint64_t cycle, StateMirror& reference,
                                                    StateMirror& other) const {
  std::optional<LastWriter> last;
  std::optional<std::pair<uint64_t, uint64_t>> before;
  for (const Entry& entry : entries_) {
    if (entry.cycle > cycle) {
      break;
    }
    reference.show(entry.reference);
    other.show(entry.other);
    const std::pair now(reference.table().peek(site), other.table().peek(site));
    if (before && *before != now) {
      last = {entry.cycle, "its value changed", now.first, now.second};
    }
    before = now;
  }
  return last;
}

}  // namespace faultline::cosim
