#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "hw/systolic/grid_config.h"
#include "sim/mapping/product_location.h"
#include "sim/mapping/program.h"

namespace faultline::mapping {

/// An output of a layer, by its place in the program's output format.
struct Neuron {
  int channel = 0;
  int64_t pixel = 0;  ///< y * width + x
};

/// What one kCompute does for a neuron.
struct ComputeLocation {
  size_t step = 0;  ///< in LayerProgram::steps
  SumPlace sum;
  std::vector<ProductSpan> products;
};

/// Where a layer's program makes one neuron.
struct NeuronLocation {
  std::vector<ComputeLocation> computes;  ///< several when the taps are cut; none for pooling
  size_t output_step = 0;                 ///< the kPostProcess or kPool that writes it
  int64_t output_address = 0;             ///< in the output buffer, bytes
  int output_bytes = 1;
  size_t store_step = 0;  ///< the kStore that takes it to DRAM
  int64_t dram_address = 0;
};

/// Throws std::out_of_range when the layer has no such neuron.
NeuronLocation locate(const LayerProgram& program, const Neuron& neuron, const hw::GridConfig& grid);

/// What a processing element multiplies in a cycle of a step, or nothing when it works for no neuron then.
std::optional<Product> product_at(const Step& step, int row, int column, int64_t cycle, const hw::GridConfig& grid);

}  // namespace faultline::mapping
