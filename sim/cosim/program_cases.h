#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hw/fault/fault.h"
#include "sim/cosim/case_faults.h"

namespace faultline::cosim {

/// Throws UserError for 0 programs.
void check_program_count(uint64_t programs);

/// The cases of a comparison: first every program without faults, then those with faults on the programs in turn.
class ProgramCases {
 public:
  /// Throws UserError when there is no case `only`.
  ProgramCases(uint64_t programs, CaseFaults faults, std::optional<uint64_t> only);

  /// The cases to run are those from first() to end() - 1: all, or the one that was asked for.
  uint64_t first() const { return only_.value_or(0); }
  uint64_t end() const { return only_ ? *only_ + 1 : count(); }
  uint64_t program_of(uint64_t number) const { return number % programs_; }
  bool has_faults(uint64_t number) const { return number >= programs_; }
  /// Of a run of `cycles` cycles.
  std::vector<hw::Fault> faults_of(uint64_t number, uint64_t cycles) const;

 private:
  uint64_t count() const { return programs_ + faults_.count(); }

  uint64_t programs_;
  CaseFaults faults_;
  std::optional<uint64_t> only_;
};

}  // namespace faultline::cosim
