#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::engine {

/// Compares an accelerator between two layers with a saved state, in two strengths.
///
/// Environment state is left out of both but for the number of DRAM requests in flight: where the delay line of an idle
/// DRAM stands makes no difference to what it does.
class StateComparison {
 public:
  /// `table` must outlive the comparison.
  explicit StateComparison(const hw::StateTable& table);

  /// Every register and memory word of the accelerator equals the saved one: the machines behave alike for ever.
  bool equal(const std::vector<std::byte>& saved) const;
  /// As equal(), but for the registers in which protection units report to the host, which nothing else reads.
  bool equal_but_for_reports(const std::vector<std::byte>& saved) const;

  /// Everything that a later layer can read before writing it equals the saved one: both machines compute the same from
  /// the same inputs, in the same number of cycles.
  ///
  /// Left out is data that every layer writes before it reads it (see the list in the implementation for why each is).
  bool equal_for_later_layers(const std::vector<std::byte>& saved) const;

 private:
  struct Range {
    size_t begin;
    size_t end;
  };
  static void append(std::vector<Range>& ranges, const hw::StateField& field);
  bool equal(const std::vector<Range>& ranges, const std::vector<std::byte>& saved) const;

  const hw::StateTable& table_;
  std::vector<Range> data_;     ///< written before it is read in every layer
  std::vector<Range> reports_;  ///< of protection units to the host
  std::vector<Range> lasting_;  ///< everything else
};

}  // namespace faultline::engine
