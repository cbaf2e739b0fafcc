#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::cosim {

/// How much of the fault space both engines of a comparison can strike.
struct SiteCoverage {
  uint64_t bits = 0;                  ///< of all registers, memories and wires
  uint64_t injectable = 0;            ///< of those, the ones that faults strike in both engines
  std::vector<std::string> left_out;  ///< fields that the rest belongs to
  std::string reason;                 ///< why they are left out
};

/// `fields` are those that both engines show; `reason` says why others are not among them.
SiteCoverage site_coverage(const hw::StateTable& table, const std::vector<size_t>& fields, const std::string& reason);

}  // namespace faultline::cosim
