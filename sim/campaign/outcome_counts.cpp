#include "sim/campaign/outcome_counts.h"

#include <numeric>

namespace faultline::campaign {

void OutcomeCounts::add(const ExperimentRow& row) {
  if (!row.tool_error.empty()) {
    ++tool_errors;
    return;
  }
  const auto one_if = [](bool flag) { return flag ? uint64_t{1} : uint64_t{0}; };
  ++outcomes[static_cast<size_t>(row.judgement.outcome)];
  sdc_1 += one_if(row.judgement.sdc_1);
  sdc_5 += one_if(row.judgement.sdc_5.value_or(false));
  sdc_5_applies += one_if(row.judgement.sdc_5.has_value());
  sdc_10_percent += one_if(row.judgement.sdc_10_percent);
  sdc_20_percent += one_if(row.judgement.sdc_20_percent);
  latent += one_if(row.latent);
  golden_ties += one_if(row.judgement.golden_tie);
  faulty_ties += one_if(row.judgement.faulty_tie);
}

uint64_t OutcomeCounts::experiments() const {
  return std::accumulate(outcomes.begin(), outcomes.end(), uint64_t{0});
}

}  // namespace faultline::campaign
