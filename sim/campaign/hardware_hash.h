#pragma once

#include <string>

#include "hw/common/state_table.h"
#include "sim/engine/machine.h"

namespace faultline::campaign {

/// SHA-256, in hexadecimal, of what decides a design's behaviour under faults: the effective configuration, every field
/// of the state table (path, kind, width) and the multipliers' products.
std::string hardware_sha256(const engine::Machine& machine, const hw::StateTable& table);

}  // namespace faultline::campaign
