#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "sim/cosim/difference.h"
#include "sim/cosim/state_mirror.h"

namespace faultline::cosim {

/// The last cycles of two machines.
class StateHistory {
 public:
  struct Entry {
    uint64_t cycle;
    StateImage reference;
    StateImage other;
  };

  explicit StateHistory(size_t most_cycles) : most_cycles_(most_cycles) {}

  void clear() { entries_.clear(); }
  void add(Entry entry) {
    entries_.push_back(std::move(entry));
    if (entries_.size() > most_cycles_) {
      entries_.pop_front();
    }
  }
  const std::deque<Entry>& entries() const { return entries_; }

  /// The latest of the cycles up to `cycle` in which an element of either machine changed, with both values; nothing
  /// where that was before the first one kept. The mirrors show another cycle afterwards.
  std::optional<LastWriter> last_change(hw::Site site, uint64_t cycle, StateMirror& reference,
                                        StateMirror& other) const;

 private:
  size_t most_cycles_;
  std::deque<Entry> entries_;
};

}  // namespace faultline::cosim
