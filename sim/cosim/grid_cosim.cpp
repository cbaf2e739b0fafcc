#include "sim/cosim/grid_cosim.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "rtl/generator/rtl_error.h"
#include "sim/config/user_error.h"
#include "sim/cosim/case_faults.h"
#include "sim/cosim/grid_difference.h"
#include "sim/cosim/grid_engines.h"

namespace faultline::cosim {
namespace {

/// The cases of a request: first every program without faults, then those with faults on the programs in turn.
class Cases {
 public:
  Cases(const GridCosimRequest& request, const GridLockstep& lockstep)
      : programs_(request.programs),
        faults_(lockstep.reference(), lockstep.fields(), request.faults, request.fault_list, request.seed) {
    if (request.only_case && *request.only_case >= count()) {
      throw UserError("--case", 0, fmt::format("there is no case {}", *request.only_case),
                      fmt::format("give 0 to {}", count() - 1));
    }
  }

  uint64_t count() const { return programs_ + faults_.count(); }
  uint64_t program_of(uint64_t number) const { return number % programs_; }
  std::vector<hw::Fault> faults_of(uint64_t number, uint64_t cycles) const {
    return number < programs_ ? std::vector<hw::Fault>() : faults_.at(number - programs_, cycles);
  }

 private:
  uint64_t programs_;
  CaseFaults faults_;
};

}  // namespace

CosimResult run_grid_cosim(const GridCosimRequest& request,
                           const std::function<void(uint64_t done, uint64_t total)>& progress) try {
  const auto begin = std::chrono::steady_clock::now();
  if (request.programs == 0) {
    throw UserError("--programs", 0, "0 programs run nothing", "give 1 or more");
  }
  const auto [reference, other] = grid_engines(request);
  CosimResult result;
  result.engines = {reference.name, other.name};
  GridLockstep lockstep(request.config, reference, other);
  result.sites = site_coverage(lockstep.reference(), lockstep.fields());
  const Cases cases(request, lockstep);
  const uint64_t first = request.only_case.value_or(0);
  const uint64_t end = request.only_case ? first + 1 : cases.count();
  for (uint64_t number = first; number < end && !result.first; ++number) {
    progress(number - first, end - first);
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
