#include "sim/cost/protection_gates.h"

#include "sim/config/accelerator_file.h"
#include "sim/config/user_error.h"
#include "sim/cost/protection_cost.h"

namespace faultline::cost {
namespace {

using nlohmann::ordered_json;

/// With the exact multiplier: files of tables may be elsewhere by now.
hw::AcceleratorConfig protected_accelerator(const ordered_json& stored, const std::string& scheme) {
  const std::string text = stored.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  config::AcceleratorSettings settings = config::read_accelerator(config::parse_yaml(text, "accelerator"));
  settings.multiplier = {};
  settings.layer_multipliers.clear();
  settings.element_multipliers.clear();
  hw::ProtectionConfig& units = settings.sizes.protection;
  units.neuron_unit = units.neuron_unit.empty() ? scheme : units.neuron_unit;
  return settings.build();
}

std::string scheme_of(const ordered_json& population) {
  const auto protection = population.find("protection");
  return protection == population.end() || !protection->is_object() ? "" : protection->value("scheme", "");
}

}  // namespace

std::optional<double> protection_gate_equivalents(const ordered_json& experiment, const ordered_json& population) {
  const auto accelerator = experiment.find("accelerator");
  if (accelerator == experiment.end()) {
    return std::nullopt;
  }
  try {
    const hw::AcceleratorConfig config = protected_accelerator(*accelerator, scheme_of(population));
    return protection_cost(config, {}).total.asic.gate_equivalents;
  } catch (const UserError&) {
    return std::nullopt;
  }
}

}  // namespace faultline::cost
