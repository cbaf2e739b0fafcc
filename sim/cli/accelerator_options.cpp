#include "sim/cli/accelerator_options.h"

namespace faultline::cli {

void AcceleratorOptions::add(CLI::App& app) {
  app.add_option("--accelerator", options_.file, "Accelerator file (YAML)");
  app.add_option("--array", options_.array, "Rows x columns of the array, such as 16x16");
  app.add_option("--dataflow", options_.dataflow, "ws, os or is: weight-, output- or input-stationary");
  app.add_option("--operand-bits", options_.operand_bits, "Width of activations and weights: 8, 12 or 16");
  app.add_option(
      "--multiplier", options_.multiplier,
      "exact or another family, such as drum:k=4 (see `faultline multiplier list`), or table:FILE with ,unsigned and "
      ",swap where they apply");
  app.add_option("--layer-multiplier", options_.layer_multipliers,
                 "LAYER=MULTIPLIER: the array switches to it for that layer; may be given again");
}

}  // namespace faultline::cli
