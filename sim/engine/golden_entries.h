#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/engine/result_trace.h"
#include "sim/engine/simulated_platform.h"

namespace faultline::engine {

/// A state of a golden run: the machine is ready to take an item of work (a command) of a layer at the next edge.
struct GoldenEntry {
  size_t layer = 0;
  size_t item = 0;
  std::shared_ptr<const SimulatedPlatform::Snapshot> state;
  ResultHashes::Progress results;
};

/// States inside of a golden run's layers, some cycles from each other; in whatever memory is left to them: when they
/// need more, every other one goes, and those that follow are twice as far apart.
class GoldenEntries {
 public:
  static constexpr size_t kBudget = size_t{32} << 20;  ///< bytes

  explicit GoldenEntries(size_t budget = kBudget) : budget_(budget) {}

  /// True when a state of this cycle is to be added: `begin` is that of its layer's start, which is there anyway.
  bool wants(uint64_t cycle, uint64_t begin) const;
  /// Adds a state that is wanted.
  void add(GoldenEntry entry);
  /// The last state of this layer whose next cycle is not after `cycle`, or nullptr.
  const GoldenEntry* last_before(size_t layer, uint64_t cycle) const;

  size_t size() const { return entries_.size(); }

 private:
  void thin_out();

  size_t budget_;
  uint64_t spacing_ = 256;
  size_t bytes_ = 0;
  std::vector<GoldenEntry> entries_;  ///< in order
};

}  // namespace faultline::engine
