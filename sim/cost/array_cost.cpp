#include "sim/cost/array_cost.h"

#include <fmt/format.h>

#include "rtl/generator/design.h"
#include "rtl/generator/rtl_error.h"
#include "sim/config/user_error.h"
#include "sim/cost/cost_sum.h"

namespace faultline::cost {
namespace {

rtl::Design design_of(const hw::GridConfig& config) {
  try {
    return rtl::grid_design(config);
  } catch (const rtl::RtlError& error) {
    throw UserError("accelerator", 0, error.wrong(), error.right());
  }
}

}  // namespace

ArrayCost array_cost(const hw::GridConfig& config, SynthesisRequest request) {
  if (!config.regions.empty()) {
    throw UserError("multipliers", 0, "elements of this array have multipliers of their own",
                    "cost one kind of element at a time: --pe --multiplier NAME");
  }
  if (!config.multiplier.module() && !config.multiplier.exact()) {
    throw UserError(config.multiplier.name(), 0, "is no circuit, so that an element with it has no gates to count",
                    "give a generated family, or the table alone for its bits of ROM");
  }
  request.systemverilog.clear();
  for (const rtl::SourceFile& source : design_of(config).sources) {
    request.systemverilog += source.text;
  }
  request.top = "systolic_pe";
  const SynthesisResult element = synthesize(request, config.multiplier.name());
  return {element, times(element, config.rows * config.columns)};
}

nlohmann::ordered_json to_json(const ArrayCost& cost, const hw::GridConfig& config) {
  nlohmann::ordered_json element = to_json(cost.element);
  const nlohmann::ordered_json total = to_json(cost.total);
  const nlohmann::ordered_json cached = element["cached"];
  element.erase("cached");
  return {{"array", fmt::format("{}x{}", config.rows, config.columns)},
          {"dataflow", hw::to_string(config.dataflow)},
          {"multiplier", config.multiplier.name()},
          {"elements", config.rows * config.columns},
          {"element", element},
          {"fpga", total["fpga"]},
          {"asic", total["asic"]},
          {"cached", cached}};
}

}  // namespace faultline::cost
