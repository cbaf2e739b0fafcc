#include "sim/cost/multiplier_cost.h"

namespace faultline::cost {
namespace {

SynthesisResult cost_of(const hw::GeneratedMultiplier& multiplier, SynthesisRequest& request) {
  request.systemverilog = multiplier.systemverilog();
  request.top = multiplier.module_name();
  return synthesize(request, multiplier.name());
}

}  // namespace

nlohmann::ordered_json multiplier_cost(const hw::GeneratedMultiplier& multiplier, SynthesisRequest request) {
  nlohmann::ordered_json json = {{"name", multiplier.name()}};
  const SynthesisResult result = cost_of(multiplier, request);
  json.update(to_json(result));
  const hw::GeneratedMultiplier exact{hw::find_multiplier_family("exact"), {}, multiplier.bits, multiplier.is_signed};
  json["asic"]["relative_switching_energy"] =
      result.asic.switching_energy.value() / cost_of(exact, request).asic.switching_energy.value();
  return json;
}

}  // namespace faultline::cost
