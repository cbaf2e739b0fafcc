#include "sim/cost/protection_cost.h"

#include <utility>

#include "hw/common/state_table.h"
#include "hw/systolic/accelerator_state.h"
#include "rtl/generator/protection_parts.h"
#include "rtl/generator/rtl_error.h"
#include "sim/config/user_error.h"
#include "sim/cost/cost_sum.h"

namespace faultline::cost {
namespace {

std::vector<rtl::ProtectionPart> parts_of(const hw::AcceleratorConfig& config) {
  try {
    return rtl::protection_parts(config);
  } catch (const rtl::RtlError& error) {
    throw UserError("accelerator", 0, error.wrong(), error.right());
  }
}

int64_t bits_of_protection_memories(const hw::AcceleratorConfig& config) {
  hw::StateTable table;
  const hw::AcceleratorState state(config, table, [](size_t) { return uint64_t{0}; });
  int64_t bits = 0;
  for (const hw::StateField& field : table.fields()) {
    const bool counts = field.kind == hw::StateKind::kMemory && field.path.rfind("protection.", 0) == 0;
    bits += counts ? static_cast<int64_t>(field.bit_count()) : 0;
  }
  if (config.protection.channel_bounds) {
    bits += int64_t{8} * hw::kChannelBoundsBytes * config.parameter_entries;
  }
  return bits;
}

nlohmann::ordered_json part_json(const ProtectionPartCost& part) {
  nlohmann::ordered_json json = {{"unit", part.unit}, {"part", part.part}, {"instances", part.instances}};
  json.update(to_json(part.each));
  json.erase("cached");
  return json;
}

}  // namespace

ProtectionCost protection_cost(const hw::AcceleratorConfig& config, SynthesisRequest request) {
  ProtectionCost cost;
  for (const rtl::ProtectionPart& part : parts_of(config)) {
    request.systemverilog = part.systemverilog;
    request.top = part.top;
    cost.parts.push_back({part.unit, part.name, part.instances, synthesize(request, part.unit)});
  }
  cost.total.cached = true;
  if (!request.liberty.empty()) {
    cost.total.asic.liberty_area = 0;
  }
  for (const ProtectionPartCost& part : cost.parts) {
    cost.total = sum(cost.total, times(part.each, part.instances));
  }
  cost.memory_bits = bits_of_protection_memories(config);
  return cost;
}

nlohmann::ordered_json to_json(const ProtectionCost& cost) {
  nlohmann::ordered_json parts = nlohmann::ordered_json::array();
  for (const ProtectionPartCost& part : cost.parts) {
    parts.push_back(part_json(part));
  }
  nlohmann::ordered_json json = {{"protection", parts}};
  json.update(to_json(cost.total));
  json["memory_bits"] = cost.memory_bits;
  return json;
}

}  // namespace faultline::cost
