#pragma once

#include <nlohmann/json.hpp>

#include "hw/multipliers/family.h"
#include "sim/cost/synthesis.h"

namespace faultline::cost {

/// The cost of a generated multiplier with the names that commands print; asic.relative_switching_energy compares it
/// with `exact` for the same operands, mapped to the same gates. `request` says how to synthesise; its circuit is
/// filled in. Throws UserError as synthesize() does.
nlohmann::ordered_json multiplier_cost(const hw::GeneratedMultiplier& multiplier, SynthesisRequest request);

}  // namespace faultline::cost
