#include "sim/mapping/network_compiler.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/user_error.h"
#include "sim/mapping/dram_layout.h"
#include "sim/mapping/operator_mapper.h"

namespace faultline::mapping {

void check_layer_multipliers(const model::Network& network, const hw::AcceleratorConfig& config) {
  std::vector<std::string> names;
  for (const auto& layer : network.operators) {
    if (dynamic_cast<const model::MatrixOperator*>(layer.get()) != nullptr) {
      names.push_back(layer->name);
    }
  }
  for (const auto& [name, selection] : config.layer_multipliers) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw UserError("layer_multipliers", 0, fmt::format("{} has no layer '{}' that multiplies", network.file, name),
                      fmt::format("its layers are {}", fmt::join(names, ", ")));
    }
  }
}

void check_operand_format(const model::Network& network, hw::OperandFormat format) {
  if (network.format != format) {
    throw UserError(network.file, 0,
                    fmt::format("the network has operands of {} bits, the accelerator of {}",
                                network.format.operand_bits, format.operand_bits),
                    fmt::format("set operand_bits to {} or give another network", network.format.operand_bits));
  }
}

std::vector<uint8_t> CompiledNetwork::constants() const {
  std::vector<uint8_t> image(static_cast<size_t>(constants_end - constants_begin));
  const auto place = [&](const std::vector<uint8_t>& bytes, int64_t address) {
    std::copy(bytes.begin(), bytes.end(), image.begin() + (bytes.empty() ? 0 : address - constants_begin));
  };
  for (const LayerProgram& layer : layers) {
    place(layer.weights, layer.memory.weights);
    place(layer.parameters, layer.memory.parameters);
    place(layer.table, layer.memory.table);
    place(layer.protection, layer.memory.protection);
  }
  return image;
}

namespace {

/// The protection of an operator's neurons, where the accelerator has the unit for it; or nullptr.
const model::ProtectedNeurons* protection_by_unit(const model::Network& network, size_t index,
                                                  const hw::AcceleratorConfig& config) {
  if (index + 1 >= network.operators.size()) {
    return nullptr;
  }
  const auto* next = dynamic_cast<const model::ProtectedNeurons*>(network.operators[index + 1].get());
  const bool follows = next != nullptr && next->inputs.front() == network.operators[index]->output;
  return follows && next->unit() == config.protection.neuron_unit ? next : nullptr;
}

}  // namespace

CompiledNetwork compile(const model::Network& network, const hw::AcceleratorConfig& config) {
  check_operand_format(network, config.grid.format());
  check_layer_multipliers(network, config);
  int64_t input_bytes = 0;
  int64_t output_bytes = 0;
  for (const auto& layer : network.operators) {
    if (const OperatorMapper* mapper = mapper_for(*layer)) {
      const LayerProgram formats = mapper->formats(*layer);
      input_bytes = std::max(input_bytes, formats.input.bytes());
      output_bytes = std::max(output_bytes, formats.output.bytes());
    }
  }
  DramLayout dram(config.dram_bytes, network.file);
  ActivationRegions regions;
  regions.input = dram.allocate(input_bytes);
  regions.output = dram.allocate(output_bytes);

  CompiledNetwork compiled;
  compiled.constants_begin = dram.used();
  for (size_t index = 0; index < network.operators.size(); ++index) {
    if (const OperatorMapper* mapper = mapper_for(*network.operators[index])) {
      const model::Operator& layer = *network.operators[index];
      const int selected = compiled.layers.empty() ? 0 : compiled.layers.back().multiplier;
      const model::ProtectedNeurons* protection = protection_by_unit(network, index, config);
      compiled.layers.push_back(mapper->compile(layer, protection, config, regions, dram));
      compiled.layers.back().operator_index = index;
      compiled.layers.back().output_operator = protection != nullptr ? index + 1 : index;
      // Pooling multiplies nothing, so nothing is switched for it.
      const bool multiplies = dynamic_cast<const model::MatrixOperator*>(&layer) != nullptr;
      compiled.layers.back().multiplier = multiplies ? config.selection_of(layer.name) : selected;
    }
  }
  compiled.constants_end = dram.used();
  return compiled;
}

}  // namespace faultline::mapping
