#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "hw/gpu/sm_config.h"
#include "sim/cosim/cosim_result.h"

namespace faultline::cosim {

/// What to run on the model of a GPU's multiprocessor and, beside it, on its datapath as RTL.
struct SmCosimRequest {
  hw::gpu::SmConfig config;
  uint64_t programs = 50;
  /// Runs with faults of what the RTL has, one to three each, on the programs in turn. A fault list takes their place.
  uint64_t faults = 500;
  uint64_t seed = 1;
  std::optional<uint64_t> only_case = {};  ///< run this one alone
  std::string fault_list = {};             ///< file; each experiment is a case
};

/// Runs each program (random_sm_program) once without faults, then once for each case with faults, up to the first
/// difference. `progress` is called before every case with how many are done and how many there are. Throws UserError.
CosimResult run_sm_cosim(const SmCosimRequest& request,
                         const std::function<void(uint64_t done, uint64_t total)>& progress);

}  // namespace faultline::cosim
