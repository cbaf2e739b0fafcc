#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/campaign/experiment_row.h"

namespace faultline::report {

/// Where the rows that came exactly so far ended.
struct StageEnd {
  std::array<uint64_t, campaign::kMaskedPlaces.size()> masked{};  ///< by place
  std::array<uint64_t, campaign::kOutcomes.size()> others{};      ///< not masked, by outcome
};

/// What a report says that no count says: which single experiments to look at, and where faults ended on their way.
class RowFindings {
 public:
  /// Rows come by (experiment, image), ascending.
  void add(const campaign::ExperimentRow& row);

  /// By Extent.
  const std::array<StageEnd, campaign::kExtents.size()>& ends() const { return ends_; }
  /// The critical rows that did most harm, worst first: another class before the same one, then by the share of
  /// confidence that was lost, then by number.
  const std::vector<campaign::ExperimentRow>& worst() const { return worst_; }
  /// The first experiment whose fault was critical at a site.
  std::optional<uint64_t> critical_experiment(const hw::Site& site) const;

 private:
  void keep_if_worst(const campaign::ExperimentRow& row);
  static uint64_t key(const hw::Site& site) { return (uint64_t{site.field} << 44) | site.element; }

  std::array<StageEnd, campaign::kExtents.size()> ends_{};
  std::vector<campaign::ExperimentRow> worst_;
  std::unordered_map<uint64_t, uint64_t> critical_;
};

}  // namespace faultline::report
