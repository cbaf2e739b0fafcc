#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::campaign {

/// When a structure held something else than in the fault-free run.
struct Reach {
  std::string path;
  uint64_t first_cycle = 0;
  uint64_t last_cycle = 0;
};

/// Compares two runs cycle by cycle, structure by structure, over a window of cycles: the fault-free run is recorded as
/// one hash per structure and cycle, the faulty one compared with it. Wires are not state and are left out.
class DifferenceTrace {
 public:
  /// Watches `cycles` cycles from `first_cycle` on. `table` must outlive the trace.
  DifferenceTrace(const hw::StateTable& table, uint64_t first_cycle, uint64_t cycles);

  /// The settled state of a cycle of the fault-free run. Cycles come in order; those outside the window are ignored.
  void record(uint64_t cycle);
  /// The settled state of a cycle of the faulty run, after every record().
  void compare(uint64_t cycle);

  /// The structures that ever differed, in the order in which they first did.
  std::vector<Reach> reached() const;
  /// The last cycle that was compared.
  uint64_t last_compared() const { return last_compared_; }

 private:
  bool watched(uint64_t cycle) const { return cycle >= first_cycle_ && cycle - first_cycle_ < cycles_; }
  /// Position of the hash of stored field `place` in a cycle.
  size_t hash_index(uint64_t cycle, size_t place) const {
    return static_cast<size_t>(cycle - first_cycle_) * stored_.size() + place;
  }

  const hw::StateTable& table_;
  uint64_t first_cycle_;
  uint64_t cycles_;
  uint64_t last_compared_ = 0;
  std::vector<size_t> stored_;  ///< fields that hold state
  std::vector<uint64_t> hashes_;
  std::vector<Reach> differences_;  ///< one per stored field; empty path: never differed
};

}  // namespace faultline::campaign
