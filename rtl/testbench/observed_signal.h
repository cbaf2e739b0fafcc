#pragma once

#include <functional>
#include <string>
#include <vector>

#include "rtl/testbench/bit_line.h"

namespace faultline::rtl {

/// Something that a testbench compares in every cycle.
struct ObservedSignal {
  std::string name;        ///< as the testbench says it
  std::string expression;  ///< in the testbench
  int bits;
  std::function<void(BitLine& line)> record;  ///< appends its present value, `bits` long
};

/// The members of a packed structure with all of them, the first in the highest bits; one line each.
std::string member_lines(const std::vector<ObservedSignal>& signals);
/// Assignments of all expressions to the members of `observed`.
std::string assignment_lines(const std::vector<ObservedSignal>& signals);
/// Statements that say "FAIL: cycle ..." for the first member in which `observed` differs from `expected`.
std::string comparison_lines(const std::vector<ObservedSignal>& signals);
/// The word with all present values.
std::string recorded_word(const std::vector<ObservedSignal>& signals);

}  // namespace faultline::rtl
