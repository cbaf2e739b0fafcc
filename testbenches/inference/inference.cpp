// A trained network on the accelerator, layer by layer: logits against the functional engine, cycles of each layer.
//
//   build/release/testbenches/testbench_inference        (from the project's root: it reads models/)
#include <memory>
#include <systemc>

#include <fmt/core.h>

#include "hw/arithmetic/multiplier.h"
#include "hw/systolic/accelerator_config.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "sim/model/classification.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

int sc_main(int, char**) {
  using namespace faultline;

  // A network from an int8 ONNX file, and images to show it; mnist:DIR and cifar10:DIR are other sources.
  const auto network = std::make_shared<const model::Network>(model::import_onnx("models/lenet5_digits.onnx"));
  const model::Dataset digits = model::load_dataset("builtin:digits", model::Split::kTest, 3);

  // The simulated accelerator. SystemC elaborates once per process: make one engine and run it as often as needed.
  const hw::AcceleratorConfig config{hw::GridConfig(16, 16, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  engine::AcceleratorEngine accelerator(network, config, engine::GridKind::kCycle);
  const engine::FunctionalEngine functional(network, config.grid.multiplier);

  bool equal = true;
  engine::AcceleratorRun run;
  for (size_t image = 0; image < digits.size(); ++image) {
    const model::Values input = model::network_input(*network, digits.image(image));
    run = accelerator.run(input);
    equal = equal && run.tensors == functional.run(input);
    const model::Classification answer = model::classify(*network, run.tensors);
    fmt::print("image {}: class {} with confidence {:.4f}, label {}\n", image, answer.best,
               answer.confidences[answer.best], digits.labels[image]);
  }

  fmt::print("\n{:<12}{:>10}{:>10}{:>13}\n", "layer", "macs", "cycles", "utilization");
  for (const engine::LayerCycles& layer : run.layers) {
    fmt::print("{:<12}{:>10}{:>10}{:>12.1f}%\n", layer.name, layer.macs, layer.cycles.total(), 100 * layer.utilization);
  }
  fmt::print("total {} cycles; every tensor equals the functional engine's: {}\n", run.total_cycles,
             equal ? "yes" : "NO");
  return equal ? 0 : 1;
}
