#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/cost/synthesis.h"

namespace faultline::cost {

/// One circuit of a protection unit, and how often the accelerator has it.
struct ProtectionPartCost {
  std::string unit;  ///< "lcu", "weight secded", "bypass"
  std::string part;  ///< of rtl::protection_parts()
  int instances = 1;
  SynthesisResult each;
};

/// What an accelerator's protection units cost in circuits. Their memories are bits, not gates.
struct ProtectionCost {
  std::vector<ProtectionPartCost> parts;
  SynthesisResult total;    ///< of all instances
  int64_t memory_bits = 0;  ///< tables, masks and check bits
};

/// Each part is synthesised on its own. `request` says how to synthesise; its circuit is filled in. Throws UserError as
/// synthesize() does.
ProtectionCost protection_cost(const hw::AcceleratorConfig& config, SynthesisRequest request);

/// With the names that commands print: "protection" (the parts), "fpga", "asic" (of all together), "memory_bits".
nlohmann::ordered_json to_json(const ProtectionCost& cost);

}  // namespace faultline::cost
