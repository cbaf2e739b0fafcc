#include "sim/engine/machine_options.h"

#include "sim/config/gpu_file.h"
#include "sim/config/user_error.h"
#include "sim/engine/gpu_machine.h"
#include "sim/engine/systolic_machine.h"

namespace faultline::engine {

config::AcceleratorSettings MachineOptions::over(config::AcceleratorSettings settings) const {
  if (!file.empty()) {
    settings = config::read_accelerator_file(file);
  }
  if (!array.empty()) {
    settings.array = config::parse_array(array, "--array");
  }
  if (!dataflow.empty()) {
    settings.dataflow = config::parse_dataflow(dataflow, "--dataflow");
  }
  if (operand_bits) {
    config::set_operand_bits(settings, *operand_bits, "--operand-bits");
  }
  if (!multiplier.empty()) {
    settings.multiplier = config::parse_multiplier(multiplier, "--multiplier", 0, settings.operand_bits);
  }
  for (const std::string& text : layer_multipliers) {
    config::set_layer_multiplier(settings,
                                 config::parse_layer_multiplier(text, "--layer-multiplier", settings.operand_bits));
  }
  return settings;
}

void MachineOptions::refuse_for_gpu(bool given, const std::string& option) const {
  if (given) {
    throw UserError(option, 0, "does not apply to the GPU that " + file + " describes", "leave it out");
  }
}

std::unique_ptr<Machine> MachineOptions::machine() const {
  if (!file.empty()) {
    const config::YamlValue section = config::read_yaml(file);
    if (config::describes_gpu(section)) {
      refuse_for_gpu(!array.empty(), "--array");
      refuse_for_gpu(!dataflow.empty(), "--dataflow");
      refuse_for_gpu(operand_bits.has_value(), "--operand-bits");
      refuse_for_gpu(!layer_multipliers.empty(), "--layer-multiplier");
      config::GpuSettings settings = config::read_gpu(section);
      if (!multiplier.empty()) {
        settings.multiplier = config::parse_multiplier(multiplier, "--multiplier");
      }
      return std::make_unique<GpuMachine>(settings.build());
    }
  }
  const config::AcceleratorSettings defaults;
  return std::make_unique<SystolicMachine>(over(defaults).build());
}

}  // namespace faultline::engine
