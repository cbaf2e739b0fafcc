#include "sim/engine/checked_sums.h"

#include "hw/common/signed_bits.h"
#include "hw/systolic/column_checksum.h"

namespace faultline::engine {
namespace {

/// From a vector's last sum, in the last column, to the report: the syndrome, and its judgement.
constexpr uint64_t kJudgement = 2;

}  // namespace

void CheckedSums::clear() {
  vectors_.clear();
  detection_.reset();
}

void CheckedSums::add(const ComputeView& view, StreamSlot slot, int row, int column, int64_t difference) {
  const uint64_t cycle = view.sum_written(slot, row, config_.grid.columns - 1) + kJudgement;
  Vector& vector = vectors_.emplace(cycle, Vector{&view, slot, row, {}}).first->second;
  int64_t& sum = vector.differences[column];
  sum = hw::wrap_to(sum + difference, config_.grid.format().sum_bits());
}

void CheckedSums::settle(const Difference& left) {
  for (auto& [cycle, vector] : vectors_) {
    check(cycle, vector);
    for (const auto& [column, difference] : vector.differences) {
      left(*vector.view, vector.slot, vector.row, column, difference);
    }
  }
  vectors_.clear();
}

void CheckedSums::check(uint64_t cycle, Vector& vector) {
  const int bits = config_.grid.format().sum_bits();
  const bool corrects = config_.protection.checksum->corrects;
  int64_t plain = 0;
  int64_t weighted = 0;
  for (const auto& [column, difference] : vector.differences) {
    plain = hw::wrap_to(plain + difference, bits);
    weighted = hw::wrap_to(weighted + hw::ColumnChecksum::weight(corrects, column) * difference, bits);
  }
  if (plain == 0 && weighted == 0) {
    return;
  }
  const std::optional<int> column =
      corrects ? hw::ColumnChecksum::wrong_column(plain, weighted, config_.grid.columns, bits) : std::nullopt;
  if (column) {
    int64_t& corrected = vector.differences[*column];
    corrected = hw::wrap_to(corrected - plain, bits);
  }
  report(cycle, column.has_value());
}

void CheckedSums::report(uint64_t cycle, bool corrected) {
  if (!detection_) {
    detection_ = hw::DetectionRecord{"protection.checksum", cycle, false, true};
  }
  detection_->alarm = detection_->alarm || !corrected;
  detection_->corrected = detection_->corrected && corrected;
}

}  // namespace faultline::engine
