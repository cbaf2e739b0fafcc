#include "sim/cosim/grid_cosim.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include <fmt/format.h>

#include "rtl/generator/rtl_error.h"
#include "sim/config/user_error.h"
#include "sim/cosim/grid_difference.h"
#include "sim/cosim/grid_engines.h"
#include "sim/cosim/random_faults.h"
#include "sim/cosim/random_stream.h"

namespace faultline::cosim {
namespace {

/// The cases of a request: first every program without faults, then those with faults on the programs in turn.
class Cases {
 public:
  Cases(const GridCosimRequest& request, const GridLockstep& lockstep)
      : request_(request), table_(lockstep.reference()), fields_(lockstep.fields()) {
    if (request.programs == 0) {
      throw UserError("--programs", 0, "0 programs run nothing", "give 1 or more");
    }
    if (!request.fault_list.empty()) {
      const inject::FaultList list = inject::read_fault_list(request.fault_list);
      listed_ = std::make_unique<inject::FaultListExperiments>(list, table_, longest_program(), 1);
      check_listed_sites();
    }
    if (request.only_case && *request.only_case >= count()) {
      throw UserError("--case", 0, fmt::format("there is no case {}", *request.only_case),
                      fmt::format("give 0 to {}", count() - 1));
    }
  }

  uint64_t count() const { return request_.programs + (listed_ ? listed_->size() : request_.faults); }
  uint64_t program_of(uint64_t number) const {
    return number < request_.programs ? number : (number - request_.programs) % request_.programs;
  }
  std::vector<hw::Fault> faults_of(uint64_t number, uint64_t cycles) const {
    if (number < request_.programs) {
      return {};
    }
    const uint64_t index = number - request_.programs;
    if (listed_) {
      return listed_->at(index).faults;
    }
    hw::CounterRandom random = random_stream(request_.seed, Stream::kFaults, index);
    const int count = 1 + static_cast<int>(random.uniform(3));
    return random_faults(table_, fields_, count, cycles, random);
  }

 private:
  uint64_t longest_program() const {
    uint64_t longest = 0;
    for (uint64_t program = 0; program < request_.programs; ++program) {
      longest = std::max<uint64_t>(longest, random_program(request_.config, request_.seed, program).edges.size());
    }
    return longest;
  }
  void check_listed_sites() const {
    for (uint64_t index = 0; index < listed_->size(); ++index) {
      for (const hw::Fault& fault : listed_->at(index).faults) {
        if (std::find(fields_.begin(), fields_.end(), fault.site.field) == fields_.end()) {
          throw UserError(request_.fault_list, 0,
                          fmt::format("strikes {}, which the map gives no name",
                                      hw::element_path(table_.fields()[fault.site.field], fault.site.element)),
                          "name the wire in the map, or leave its faults out");
        }
      }
    }
  }

  const GridCosimRequest& request_;
  const hw::StateTable& table_;
  const std::vector<size_t>& fields_;
  std::unique_ptr<inject::FaultListExperiments> listed_;
};

}  // namespace

GridCosimResult run_grid_cosim(const GridCosimRequest& request,
                               const std::function<void(uint64_t done, uint64_t total)>& progress) try {
  const auto begin = std::chrono::steady_clock::now();
  const auto [reference, other] = grid_engines(request);
  GridCosimResult result;
  result.engines = {reference.name, other.name};
  GridLockstep lockstep(request.config, reference, other);
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
