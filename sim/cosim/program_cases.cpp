#include "sim/cosim/program_cases.h"

#include <utility>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::cosim {

void check_program_count(uint64_t programs) {
  if (programs == 0) {
    throw UserError("--programs", 0, "0 programs run nothing", "give 1 or more");
  }
}

ProgramCases::ProgramCases(uint64_t programs, CaseFaults faults, std::optional<uint64_t> only)
    : programs_(programs), faults_(std::move(faults)), only_(only) {
  if (only_ && *only_ >= count()) {
    throw UserError("--case", 0, fmt::format("there is no case {}", *only_), fmt::format("give 0 to {}", count() - 1));
  }
}

std::vector<hw::Fault> ProgramCases::faults_of(uint64_t number, uint64_t cycles) const {
  return has_faults(number) ? faults_.at(number - programs_, cycles) : std::vector<hw::Fault>();
}

}  // namespace faultline::cosim
