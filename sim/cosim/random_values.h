#pragma once

#include <cstdint>

#include "hw/common/counter_random.h"
#include "hw/common/state_table.h"

namespace faultline::cosim {

/// Codes at the ends of the range come more often than others, because their products are the largest.
int8_t random_operand(hw::CounterRandom& random);

/// What a register of this field may hold: an operand, a bit that is mostly 1, or a number: in half of the draws any
/// bits, else a value within one product of 0 or of an end of the range, where sums wrap.
uint64_t random_content(const hw::StateField& field, hw::CounterRandom& random);

/// Sets every register of the table to a random content.
void randomise_registers(hw::StateTable& table, hw::CounterRandom& random);

}  // namespace faultline::cosim
