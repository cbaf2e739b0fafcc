#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "hw/systolic/grid_config.h"
#include "sim/cost/synthesis.h"

namespace faultline::cost {

/// What an array costs: one processing element of the generated RTL, synthesised on its own with its multiplier, times
/// the number of elements. Between the elements the RTL has wires only, and all their outputs come from registers, so
/// that nothing is left out but what synthesis could save at the edges (the adder of row 0 adds to 0).
struct ArrayCost {
  SynthesisResult element;
  SynthesisResult total;  ///< depth is that of an element
};

/// `request` says how to synthesise; its circuit is filled in. Throws UserError as synthesize() does, and for an array
/// whose multiplier is a table that is not exact: that would be a memory, for one whose elements differ, and for
/// operands of more than 8 bits, which the RTL does not model.
ArrayCost array_cost(const hw::GridConfig& config, SynthesisRequest request);

/// The costs with the names that commands print: "element", then the array's own "fpga" and "asic".
nlohmann::ordered_json to_json(const ArrayCost& cost, const hw::GridConfig& config);

}  // namespace faultline::cost
