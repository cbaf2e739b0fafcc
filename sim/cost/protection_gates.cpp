#include "sim/cost/protection_gates.h"

#include "sim/config/accelerator_file.h"
#include "sim/cost/protection_cost.h"
#include "sim/process/child_process.h"

namespace faultline::cost {
namespace {

using nlohmann::ordered_json;

config::AcceleratorSettings stored_settings(const ordered_json& stored) {
  const std::string text = stored.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  return config::read_accelerator(config::parse_yaml(text, "accelerator"));
}

/// With the exact multiplier: files of tables may be elsewhere by now.
hw::AcceleratorConfig protected_accelerator(config::AcceleratorSettings settings, const std::string& scheme) {
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
  if (accelerator == experiment.end() || accelerator->value("architecture", "") == "gpu" ||
      !process::on_path("yosys")) {
    return std::nullopt;
  }
  const config::AcceleratorSettings settings = stored_settings(*accelerator);
  if (settings.operand_bits != 8) {
    return std::nullopt;
  }
  return protection_cost(protected_accelerator(settings, scheme_of(population)), {}).total.asic.gate_equivalents;
}

}  // namespace faultline::cost
