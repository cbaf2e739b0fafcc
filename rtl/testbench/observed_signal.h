#pragma once

#include <functional>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "rtl/generator/design.h"
#include "rtl/testbench/bit_line.h"

namespace faultline::rtl {

/// Something that a testbench compares in every cycle.
struct ObservedSignal {
  std::string name;        ///< as the testbench says it
  std::string expression;  ///< in the testbench
  int bits;
  std::function<void(BitLine& line)> record;  ///< appends its present value, `bits` long
};

/// Adds the first and the last element of a register of the design `u_dut`, as `table` holds them.
void observe_ends(const MappedSignal& signal, const hw::StateTable& table, std::vector<ObservedSignal>& signals);

/// What a testbench checks in every cycle, as text inside its module: `observed`, a packed structure with all signals,
/// the first in the highest bits, `expected_cycles`, to be read from a file of recorded_word() lines, and the task
/// check_cycle(cycle), which ends with "FAIL: cycle ..." at the first signal that differs. The module must have the
/// constant CYCLES.
std::string checking_text(const std::vector<ObservedSignal>& signals);
/// The word with all present values.
std::string recorded_word(const std::vector<ObservedSignal>& signals);

}  // namespace faultline::rtl
