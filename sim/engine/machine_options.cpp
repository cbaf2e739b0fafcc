#include "sim/engine/machine_options.h"

#include "sim/engine/machine_settings.h"

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

std::shared_ptr<const MachineSettings> MachineOptions::over(std::shared_ptr<const MachineSettings> settings) const {
  MachineOptions single = *this;
  single.file.clear();
  return (file.empty() ? settings : read_machine_file(file))->with(single);
}

std::unique_ptr<Machine> MachineOptions::machine() const {
  return over(default_machine())->build();
}

}  // namespace faultline::engine
