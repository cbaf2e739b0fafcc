#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/cosim/cosim_result.h"

namespace faultline::cosim {

/// What to step together, and on what.
struct GridCosimRequest {
  hw::GridConfig config;
  std::string engines = "cycle,rtl";  ///< two names, the reference first
  uint64_t programs = 50;
  /// Runs with faults, one to three each, on the programs in turn. A fault list takes their place.
  uint64_t faults = 500;
  uint64_t seed = 1;
  std::optional<uint64_t> only_case = {};  ///< run this one alone
  std::string fault_list = {};             ///< file; each experiment is a case
  std::string wave_folder = {};            ///< for waveforms of a difference; empty: none
  std::vector<std::string> rtl = {};       ///< SystemVerilog files that take the place of the engine rtl's own
  std::string map = {};                    ///< names of those files' ports and registers (external_design.h)
};

/// Steps two engines of the grid together: each program once without faults, then once for each case with faults, up to
/// the first difference. `progress` is called before every case with how many are done and how many there are.
/// Once per process. Throws UserError.
CosimResult run_grid_cosim(const GridCosimRequest& request,
                           const std::function<void(uint64_t done, uint64_t total)>& progress);

}  // namespace faultline::cosim
