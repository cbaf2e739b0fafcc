#include "sim/engine/layer_multipliers.h"

#include "sim/engine/element_matrix.h"
#include "sim/mapping/network_compiler.h"

namespace faultline::engine {

LayerMultipliers::LayerMultipliers(const model::Network& network, const hw::AcceleratorConfig& config)
    : everywhere_{config.grid.multiplier, nullptr} {
  mapping::check_layer_multipliers(network, config);
  if (config.layer_multipliers.empty() && config.grid.regions.empty()) {
    return;
  }
  for (const auto& layer : network.operators) {
    layers_.push_back({config.grid.selected(config.selection_of(layer->name)), nullptr});
  }
  if (config.grid.regions.empty()) {
    return;
  }
  for (mapping::LayerProgram& program : mapping::compile(network, config).layers) {
    const size_t index = program.operator_index;
    if (const auto* matrix = dynamic_cast<const model::MatrixOperator*>(network.operators[index].get())) {
      layers_[index].elements = std::make_shared<const ElementMatrix>(*matrix, std::move(program), config.grid);
    }
  }
}

}  // namespace faultline::engine
