#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "hw/protection/detection_monitor_core.h"
#include "hw/systolic/accelerator_config.h"
#include "sim/engine/compute_view.h"

namespace faultline::engine {

/// What checksums of the array (docs/hardware.md) make of sums that a fault has changed inside of it, one vector of
/// sums, as they leave the array together, after another.
class CheckedSums {
 public:
  /// `config` must outlive the object.
  explicit CheckedSums(const hw::AcceleratorConfig& config) : config_(config) {}

  using Difference =
      std::function<void(const ComputeView& view, StreamSlot slot, int row, int column, int64_t difference)>;

  void clear();
  /// The sum to which the product of a slot at (row, column) is added leaves the array with a difference.
  void add(const ComputeView& view, StreamSlot slot, int row, int column, int64_t difference);
  /// Checks the vectors that were added since, and gives the differences that the partial-sum buffer is left with.
  void settle(const Difference& left);
  /// What the unit has said since clear().
  const std::optional<hw::DetectionRecord>& detection() const { return detection_; }

 private:
  struct Vector {
    const ComputeView* view;
    StreamSlot slot;
    int row;
    std::map<int, int64_t> differences;  ///< by column
  };

  void check(uint64_t cycle, Vector& vector);
  void report(uint64_t cycle, bool corrected);

  const hw::AcceleratorConfig& config_;
  std::map<uint64_t, Vector> vectors_;  ///< by the cycle in which the unit reports them
  std::optional<hw::DetectionRecord> detection_;
};

}  // namespace faultline::engine
