#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/cosim/difference.h"
#include "sim/cosim/site_coverage.h"
#include "sim/inject/fault_list.h"

namespace faultline::cosim {

/// A case that came out different.
struct DifferingCase {
  uint64_t number;
  uint64_t program;          ///< or the image
  std::string program_kind;  ///< of GridProgram or SmProgram, or "image"
  std::vector<inject::FaultListEntry> faults;
  Difference difference;
};

struct CosimResult {
  EngineNames engines;
  SiteCoverage sites;
  uint64_t cases = 0;   ///< run
  uint64_t cycles = 0;  ///< compared
  uint64_t comparisons = 0;
  uint64_t mismatches = 0;  ///< values that differ in the first cycle in which any does
  std::optional<DifferingCase> first;
  double wall_s = 0;
};

}  // namespace faultline::cosim
