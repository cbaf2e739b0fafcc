#include "sim/engine/element_matrix.h"

#include <cstdlib>
#include <utility>

#include "hw/arithmetic/requantisation.h"
#include "sim/mapping/dataflow_mapper.h"
#include "sim/mapping/neuron_location.h"

namespace faultline::engine {

ElementMatrix::ElementMatrix(const model::MatrixOperator& layer, mapping::LayerProgram program,
                             const hw::GridConfig& grid)
    : layer_(layer),
      program_(std::move(program)),
      grid_(grid),
      operands_(layer.geometry, layer.layout, layer.pad_value) {
  for (int row = 0; row < grid_.rows; ++row) {
    for (int column = 0; column < grid_.columns; ++column) {
      multipliers_.push_back(&grid_.contribution_at(row, column, program_.multiplier));
    }
  }
}

int32_t ElementMatrix::sum(int channel, int64_t pixel, const std::vector<int8_t>& operands) const {
  const mapping::WeightMatrix weights(layer_);
  const int64_t taps = operands_.taps();
  const int64_t pixels = layer_.geometry.pixels();
  int32_t sum = 0;
  for (const mapping::ComputeLocation& compute : mapping::locate(program_, {channel, pixel}, grid_).computes) {
    for (const mapping::ProductSpan& span : compute.products) {
      const int64_t count = std::abs(span.tap_last - span.tap_first) + 1;
      const int64_t tap_step = span.tap_last < span.tap_first ? -1 : 1;
      const int row_step = span.row_last > span.row_first ? 1 : 0;
      for (int64_t i = 0; i < count; ++i) {
        const int64_t tap = span.tap_first + i * tap_step;
        const int64_t row = span.row_first + i * row_step;
        const hw::Multiplier& multiplier = *multipliers_[static_cast<size_t>(row * grid_.columns + span.column)];
        const int8_t activation = operands[static_cast<size_t>(tap % taps * pixels + pixel)];
        sum = hw::wrapping_add(sum, multiplier.product(activation, static_cast<int8_t>(weights.at(channel, tap))));
      }
    }
  }
  return sum;
}

std::vector<int32_t> ElementMatrix::sums(const std::vector<int8_t>& input) const {
  const model::ConvolutionGeometry& g = layer_.geometry;
  const auto pixels = static_cast<size_t>(g.pixels());
  const auto channels = static_cast<size_t>(g.out_channels);
  std::vector<int8_t> operands(static_cast<size_t>(operands_.taps()) * pixels);
  std::vector<int32_t> result(pixels * channels);
  for (int group = 0; group < g.groups; ++group) {
    operands_.fill(input.data(), group, 0, operands_.rows(), pixels, operands.data());
    const int first = group * g.group_out_channels();
    for (int channel = first; channel < first + g.group_out_channels(); ++channel) {
      for (size_t pixel = 0; pixel < pixels; ++pixel) {
        result[pixel * channels + static_cast<size_t>(channel)] = sum(channel, static_cast<int64_t>(pixel), operands);
      }
    }
  }
  return result;
}

}  // namespace faultline::engine
