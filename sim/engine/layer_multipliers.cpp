#include "sim/engine/layer_multipliers.h"

#include <map>

#include "sim/engine/element_matrix.h"
#include "sim/engine/matrix_kernels.h"
#include "sim/mapping/network_compiler.h"

namespace faultline::engine {

LayerMultipliers::LayerMultipliers(const hw::Multiplier& everywhere)
    : everywhere_{everywhere, std::make_shared<const MatrixKernels>(everywhere), nullptr} {}

LayerMultipliers::LayerMultipliers(const model::Network& network, const hw::AcceleratorConfig& config)
    : LayerMultipliers(config.grid.multiplier) {
  mapping::check_layer_multipliers(network, config);
  if (config.layer_multipliers.empty() && config.grid.uniform()) {
    return;
  }
  std::map<size_t, std::shared_ptr<const MatrixKernels>> kernels;  // by selection
  for (const auto& layer : network.operators) {
    const auto selection = static_cast<size_t>(config.selection_of(layer->name));
    const hw::Multiplier& multiplier = config.grid.selected(config.selection_of(layer->name));
    if (kernels[selection] == nullptr) {
      kernels[selection] = std::make_shared<const MatrixKernels>(multiplier);
    }
    layers_.push_back({multiplier, kernels[selection], nullptr});
  }
  if (config.grid.uniform()) {
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
