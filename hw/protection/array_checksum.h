#pragma once

namespace faultline::hw {

/// A unit at the edges of the array that computes what the sums leaving it must add up to.
struct ArrayChecksum {
  /// It also finds which of the sums is wrong, where one is, and corrects it in the partial-sum buffer; without, it
  /// only raises the alarm.
  bool corrects = false;

  bool operator==(const ArrayChecksum& other) const { return corrects == other.corrects; }
};

}  // namespace faultline::hw
