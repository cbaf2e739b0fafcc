#include "sim/cosim/sm_cosim.h"

#include <algorithm>
#include <chrono>

#include "rtl/generator/rtl_error.h"
#include "rtl/generator/sm_design.h"
#include "sim/config/user_error.h"
#include "sim/cosim/program_cases.h"
#include "sim/cosim/sm_lockstep.h"

namespace faultline::cosim {
namespace {

/// A faulty run of more than this times the golden cycles ends.
constexpr uint64_t kHangFactor = 2;

}  // namespace

CosimResult run_sm_cosim(const SmCosimRequest& request,
                         const std::function<void(uint64_t done, uint64_t total)>& progress) try {
  const auto begin = std::chrono::steady_clock::now();
  check_program_count(request.programs);
  CosimResult result;
  result.engines = {"cycle", "rtl"};
  SmLockstep lockstep(request.config, rtl::sm_datapath_design(request.config), rtl::SiteCheck::kPoke);
  result.sites = site_coverage(lockstep.reference(), lockstep.fields(), "it lies outside the datapath, without RTL");
  const ProgramCases cases(request.programs,
                           {lockstep.reference(), lockstep.fields(), request.faults, request.fault_list, request.seed},
                           request.only_case);
  for (uint64_t number = cases.first(); number < cases.end() && !result.first; ++number) {
    progress(number - cases.first(), cases.end() - cases.first());
    SmProgram program = random_sm_program(request.config, request.seed, cases.program_of(number));
    std::vector<hw::Fault> faults;
    if (cases.has_faults(number)) {
      const uint64_t length = lockstep.length(program);
      faults = cases.faults_of(number, length);
      program.most_cycles = kHangFactor * length;
    }
    const std::optional<rtl::Divergence> divergence = lockstep.run(program, faults);
    result.cases += 1;
    result.cycles = lockstep.cycles();
    result.comparisons = lockstep.comparisons();
    if (divergence) {
      result.first = DifferingCase{number, cases.program_of(number), program.kind,
                                   inject::to_entries(lockstep.reference(), faults, ""),
                                   Difference{*divergence, std::nullopt, lockstep.differing(), {}}};
      result.mismatches = std::max<uint64_t>(1, result.first->difference.differing.size());
    }
  }
  result.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
} catch (const rtl::RtlError& error) {
  throw UserError("engine rtl", 0, error.wrong(), error.right());
}

}  // namespace faultline::cosim
