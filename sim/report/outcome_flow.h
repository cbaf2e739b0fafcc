#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/report/row_findings.h"

namespace faultline::report {

/// Runs whose fault came no further, and why.
struct FlowExit {
  std::string name;  ///< "masked in the array"
  uint64_t runs = 0;
  std::string colour;  ///< of the palette
};

/// Runs whose fault came at least so far.
struct FlowStage {
  std::string name;
  uint64_t runs = 0;
  std::vector<FlowExit> exits;  ///< those that ended here; the last stage has none
};

/// How far faults came: struck, a stored layer output, the logits, the class.
using OutcomeFlow = std::vector<FlowStage>;

OutcomeFlow outcome_flow(const std::array<StageEnd, campaign::kExtents.size()>& ends);

/// The flow as a Sankey diagram (SVG): the height of a band is its number of runs, never less than a thin line.
std::string flow_chart(const OutcomeFlow& flow);

}  // namespace faultline::report
