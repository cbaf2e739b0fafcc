#pragma once

#include <array>
#include <cstdint>

#include "sim/campaign/experiment_row.h"
#include "sim/campaign/outcome.h"

namespace faultline::campaign {

/// How often each outcome and flag came up. Experiments that failed in the program itself count in tool_errors only.
struct OutcomeCounts {
  std::array<uint64_t, kOutcomes.size()> outcomes{};  ///< indexed by Outcome
  uint64_t sdc_1 = 0;
  uint64_t sdc_5 = 0;
  uint64_t sdc_5_applies = 0;  ///< rows that SDC-5 is defined for
  uint64_t sdc_10_percent = 0;
  uint64_t sdc_20_percent = 0;
  uint64_t latent = 0;
  uint64_t golden_ties = 0;
  uint64_t faulty_ties = 0;
  uint64_t tool_errors = 0;

  void add(const ExperimentRow& row);
  uint64_t count(Outcome outcome) const { return outcomes[static_cast<size_t>(outcome)]; }
  /// Experiments with an outcome: the denominator of every rate.
  uint64_t experiments() const;
};

}  // namespace faultline::campaign
