#pragma once

#include "hw/systolic/accelerator_config.h"
#include "sim/model/network.h"
#include "tests/support/random_layer.h"

namespace faultline::test {

/// Gives some layers, and the elements of up to three rectangles that may overlap, random multipliers of their own.
inline void mix_multipliers(LayerMaker& maker, const model::Network& network, hw::AcceleratorConfig& config) {
  const hw::OperandFormat format = config.grid.format();
  config.grid.alternatives = {maker.multiplier_of(format), hw::Multiplier(format)};
  for (const auto& layer : network.operators) {
    if (dynamic_cast<const model::MatrixOperator*>(layer.get()) != nullptr && maker.one_in(2)) {
      config.layer_multipliers[layer->name] = maker.between(0, 2);
    }
  }
  for (int region = maker.between(0, 3); region > 0; --region) {
    const int row = maker.between(0, config.grid.rows - 1);
    const int column = maker.between(0, config.grid.columns - 1);
    config.grid.add_region({row, maker.between(row, config.grid.rows - 1), column,
                            maker.between(column, config.grid.columns - 1), maker.multiplier_of(format)});
  }
}

}  // namespace faultline::test
