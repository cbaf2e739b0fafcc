#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/mapping/program.h"
#include "sim/model/network.h"

namespace faultline::mapping {

/// A network as programs for the accelerator; host operators have none.
struct CompiledNetwork {
  std::vector<LayerProgram> layers;  ///< in the order of execution
  /// Weights, parameters and tables of all layers: [constants_begin, constants_end) in DRAM. Nothing writes there.
  int64_t constants_begin = 0;
  int64_t constants_end = 0;

  /// The content of the constants' region.
  std::vector<uint8_t> constants() const;
};

/// Throws UserError for a layer of config.layer_multipliers that the network does not have, or that multiplies nothing.
void check_layer_multipliers(const model::Network& network, const hw::AcceleratorConfig& config);

/// Throws UserError unless the accelerator's operands are as wide as the network's.
void check_operand_format(const model::Network& network, hw::OperandFormat format);

/// Maps every operator that the accelerator runs. Throws UserError as check_operand_format() does, naming the layer and
/// the key to raise when one does not fit the configuration, and as check_layer_multipliers() does.
CompiledNetwork compile(const model::Network& network, const hw::AcceleratorConfig& config);

}  // namespace faultline::mapping
