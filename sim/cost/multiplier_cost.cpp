#include "sim/cost/multiplier_cost.h"

#include "sim/netlist/switching_energy.h"

namespace faultline::cost {
namespace {

/// From the same gates as synthesize() has, without the mapping to an FPGA, which takes most of the time.
double exact_switching_energy(int bits, bool is_signed) {
  const hw::GeneratedMultiplier exact{hw::find_multiplier_family("exact"), {}, bits, is_signed};
  return netlist::switching_energy(netlist::synthesize_gates(exact.systemverilog(), exact.module_name(), exact.name()));
}

}  // namespace

nlohmann::ordered_json multiplier_cost(const hw::GeneratedMultiplier& multiplier, SynthesisRequest request) {
  request.systemverilog = multiplier.systemverilog();
  request.top = multiplier.module_name();
  const SynthesisResult result = synthesize(request, multiplier.name());
  nlohmann::ordered_json json = {{"name", multiplier.name()}};
  json.update(to_json(result));
  json["asic"]["relative_switching_energy"] =
      result.asic.switching_energy.value() / exact_switching_energy(multiplier.bits, multiplier.is_signed);
  return json;
}

}  // namespace faultline::cost
