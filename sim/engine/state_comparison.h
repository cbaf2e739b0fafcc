#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::engine {

/// Compares a machine between two layers with a saved state, in two strengths.
///
/// Environment state is left out of both but for the number of memory requests in flight: where the delay line of an
/// idle memory stands makes no difference to what it does.
class StateComparison {
 public:
  /// `table` must outlive the comparison. `transient` are the paths of the fields that every layer writes before it
  /// reads them.
  StateComparison(const hw::StateTable& table, const std::vector<std::string>& transient);

  /// Every register and memory word of the accelerator equals the saved one: the machines behave alike for ever.
  bool equal(const std::vector<std::byte>& saved) const;
  /// As equal(), but for the registers in which protection units report to the host, which nothing else reads.
  bool equal_but_for_reports(const std::vector<std::byte>& saved) const;

  /// Everything that a later layer can read before writing it equals the saved one: both machines compute the same from
  /// the same inputs.
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

/// The comparison of a systolic accelerator, whose cycles do not depend on data.
StateComparison array_comparison(const hw::StateTable& table);

/// The comparison of a GPU.
StateComparison sm_comparison(const hw::StateTable& table);

}  // namespace faultline::engine
