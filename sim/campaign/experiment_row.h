#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/fault/fault.h"
#include "sim/campaign/outcome.h"

namespace faultline::campaign {

/// One experiment and what became of it.
struct ExperimentRow {
  uint64_t number = 0;
  size_t image = 0;
  std::vector<hw::Fault> faults;

  // What the first fault to act strikes: results are counted under these.
  std::string site;       ///< path of the element
  std::string structure;  ///< path of the field
  std::string layer;      ///< whose cycles the fault's first window opens in; kWholeRun for one that is always there
  int bit = 0;            ///< the lowest of its mask

  Judgement judgement;
  bool latent = false;
  uint64_t cycles = 0;
  int label = -1;          ///< true class of the image
  int exact_class = -1;    ///< class that the exact-multiplier design predicts
  std::string tool_error;  ///< what failed in the program itself; such a row has no outcome
};

/// The layer of a permanent fault.
constexpr const char* kWholeRun = "(whole run)";

}  // namespace faultline::campaign
