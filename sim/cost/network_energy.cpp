#include "sim/cost/network_energy.h"

#include <utility>

#include "sim/config/user_error.h"
#include "sim/cost/operand_probe.h"
#include "sim/cost/switching_array.h"
#include "sim/engine/accelerator_engine.h"

namespace faultline::cost {
namespace {

void check_one_multiplier(const hw::AcceleratorConfig& config) {
  if (!config.layer_multipliers.empty() || !config.grid.regions.empty()) {
    throw UserError(config.grid.regions.empty() ? "layer_multipliers" : "multipliers", 0,
                    "the operands of one multiplier are asked for, but some have another",
                    "leave them out: one multiplier for all layers and elements");
  }
}

uint64_t products_of(const engine::AcceleratorRun& run) {
  uint64_t products = 0;
  for (const engine::LayerCycles& layer : run.layers) {
    products += layer.macs;
  }
  return products;
}

}  // namespace

NetworkEnergy network_energy(const hw::GeneratedMultiplier& multiplier, const hw::AcceleratorConfig& config,
                             std::shared_ptr<const model::Network> network, const std::vector<model::Values>& inputs,
                             const std::function<void(size_t done)>& progress) {
  check_one_multiplier(config);
  engine::AcceleratorEngine engine(std::move(network), config, engine::GridKind::kCycle);
  const size_t elements = static_cast<size_t>(config.grid.rows) * static_cast<size_t>(config.grid.columns);
  SwitchingArray array(multiplier, elements);
  SwitchingArray exact({hw::find_multiplier_family("exact"), {}, multiplier.bits, multiplier.is_signed}, elements);
  const OperandProbe probe(engine.platform(), config.grid, [&](const MultiplierInputs& read) {
    array.step(read);
    exact.step(read);
  });
  NetworkEnergy energy;
  for (size_t done = 0; done < inputs.size(); ++done) {
    const engine::AcceleratorRun run = engine.run(inputs[done]);
    energy.cycles += run.total_cycles;
    energy.products += products_of(run);
    progress(done + 1);
  }
  if (energy.products == 0) {
    throw UserError(engine.network().file, 0, "has no layer that multiplies on the array",
                    "give a network with convolutions or matrix products of codes");
  }
  energy.switching_energy = array.switched() / static_cast<double>(energy.products);
  energy.exact_switching_energy = exact.switched() / static_cast<double>(energy.products);
  return energy;
}

nlohmann::ordered_json to_json(const NetworkEnergy& energy) {
  return {{"cycles", energy.cycles},
          {"products", energy.products},
          {"switching_energy", energy.switching_energy},
          {"relative_switching_energy", energy.switching_energy / energy.exact_switching_energy}};
}

}  // namespace faultline::cost
