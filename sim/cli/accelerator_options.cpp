#include "sim/cli/accelerator_options.h"

namespace faultline::cli {

void AcceleratorOptions::add(CLI::App& app) {
  app.add_option("--accelerator", file_, "Accelerator file (YAML)");
  app.add_option("--array", array_, "Rows x columns of the array, such as 16x16");
  app.add_option("--dataflow", dataflow_, "ws, os or is: weight-, output- or input-stationary");
  app.add_option(
      "--multiplier", multiplier_,
      "exact or another family, such as drum:k=4 (see `faultline multiplier list`), or table:FILE with ,unsigned and "
      ",swap where they apply");
  app.add_option("--layer-multiplier", layer_multipliers_,
                 "LAYER=MULTIPLIER: the array switches to it for that layer; may be given again");
}

config::AcceleratorSettings AcceleratorOptions::settings() const {
  const config::AcceleratorSettings defaults;
  return over(defaults);
}

config::AcceleratorSettings AcceleratorOptions::over(config::AcceleratorSettings settings) const {
  if (!file_.empty()) {
    settings = config::read_accelerator_file(file_);
  }
  if (!array_.empty()) {
    settings.array = config::parse_array(array_, "--array");
  }
  if (!dataflow_.empty()) {
    settings.dataflow = config::parse_dataflow(dataflow_, "--dataflow");
  }
  if (!multiplier_.empty()) {
    settings.multiplier = config::parse_multiplier(multiplier_, "--multiplier");
  }
  for (const std::string& text : layer_multipliers_) {
    config::set_layer_multiplier(settings, config::parse_layer_multiplier(text, "--layer-multiplier"));
  }
  return settings;
}

}  // namespace faultline::cli
