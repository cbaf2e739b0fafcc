#include "sim/cosim/grid_cosim.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "rtl/generator/rtl_error.h"
#include "sim/config/user_error.h"
#include "sim/cosim/grid_difference.h"
#include "sim/cosim/grid_engines.h"
#include "sim/cosim/program_cases.h"

namespace faultline::cosim {
CosimResult run_grid_cosim(const GridCosimRequest& request,
                           const std::function<void(uint64_t done, uint64_t total)>& progress) try {
  const auto begin = std::chrono::steady_clock::now();
  check_program_count(request.programs);
  const auto [reference, other] = grid_engines(request);
  CosimResult result;
  result.engines = {reference.name, other.name};
  GridLockstep lockstep(request.config, reference, other);
  result.sites = site_coverage(lockstep.reference(), lockstep.fields(), "the map gives this wire no place");
  const ProgramCases cases(request.programs,
                           {lockstep.reference(), lockstep.fields(), request.faults, request.fault_list, request.seed},
                           request.only_case);
  for (uint64_t number = cases.first(); number < cases.end() && !result.first; ++number) {
    progress(number - cases.first(), cases.end() - cases.first());
    const GridProgram program = random_program(request.config, request.seed, cases.program_of(number));
    const std::vector<hw::Fault> faults = cases.faults_of(number, program.edges.size());
    const std::optional<rtl::Divergence> divergence = lockstep.run(program, faults);
    result.cases += 1;
    result.cycles = lockstep.cycles();
    result.comparisons = lockstep.comparisons();
    if (divergence) {
      result.first = DifferingCase{
          number, cases.program_of(number), program.kind, inject::to_entries(lockstep.reference(), faults, ""),
          examine(lockstep, request.config, result.engines, program, faults, *divergence, request.wave_folder)};
      result.mismatches = std::max<uint64_t>(1, result.first->difference.differing.size());
    }
  }
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
} catch (const rtl::RtlError& error) {
  throw UserError(request.rtl.empty() ? "engine rtl" : request.rtl.front(), 0, error.wrong(), error.right());
}

}  // namespace faultline::cosim
