#pragma once

#include <cstdint>
#include <vector>

#include "hw/common/counter_random.h"
#include "hw/common/state_table.h"
#include "hw/fault/fault.h"

namespace faultline::cosim {

/// `count` faults of every model, single and multi-bit, once, intermittent and to the end, that open within the first
/// `cycles` cycles. Each of `fields` is as likely; every third fault strikes the site of the one before.
std::vector<hw::Fault> random_faults(const hw::StateTable& table, const std::vector<size_t>& fields, int count,
                                     uint64_t cycles, hw::CounterRandom& random);

/// The fields that faults may strike.
std::vector<size_t> injectable_fields(const hw::StateTable& table);

}  // namespace faultline::cosim
