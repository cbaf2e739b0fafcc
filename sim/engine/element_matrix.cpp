#include "sim/engine/element_matrix.h"

#include <cstdlib>
#include <utility>

#include "hw/common/signed_bits.h"
#include "sim/mapping/dataflow_mapper.h"
#include "sim/mapping/neuron_location.h"

namespace faultline::engine {

ElementMatrix::ElementMatrix(const model::MatrixOperator& layer, mapping::LayerProgram program,
                             const hw::GridConfig& grid)
    : layer_(layer), program_(std::move(program)), grid_(grid) {
  for (int row = 0; row < grid_.rows; ++row) {
    for (int column = 0; column < grid_.columns; ++column) {
      multipliers_.push_back(&grid_.contribution_at(row, column, program_.multiplier));
    }
  }
}

template <typename Code>
int64_t ElementMatrix::sum(int channel, int64_t pixel, const std::vector<Code>& operands) const {
  const mapping::WeightMatrix weights(layer_);
  const int64_t taps = layer_.geometry.taps();
  const int64_t pixels = layer_.geometry.pixels();
  int64_t sum = 0;
  for (const mapping::ComputeLocation& compute : mapping::locate(program_, {channel, pixel}, grid_).computes) {
    for (const mapping::ProductSpan& span : compute.products) {
      const int64_t count = std::abs(span.tap_last - span.tap_first) + 1;
      const int64_t tap_step = span.tap_last < span.tap_first ? -1 : 1;
      const int row_step = span.row_last > span.row_first ? 1 : 0;
      for (int64_t i = 0; i < count; ++i) {
        const int64_t tap = span.tap_first + i * tap_step;
        const int64_t row = span.row_first + i * row_step;
        const hw::Multiplier& multiplier = *multipliers_[static_cast<size_t>(row * grid_.columns + span.column)];
        const int16_t activation = operands[static_cast<size_t>(tap % taps * pixels + pixel)];
        sum += multiplier.any_product(activation, weights.at(channel, tap));
      }
    }
  }
  return hw::wrap_to(sum, layer_.format.sum_bits());
}

template <typename Code, typename Sum>
std::vector<Sum> ElementMatrix::all_sums(const std::vector<Code>& input) const {
  const model::ConvolutionGeometry& g = layer_.geometry;
  const auto pixels = static_cast<size_t>(g.pixels());
  const auto channels = static_cast<size_t>(g.out_channels);
  const BasicOperandMatrix<Code> matrix(g, layer_.layout, layer_.pad_value);
  std::vector<Code> operands(static_cast<size_t>(g.taps()) * pixels);
  std::vector<Sum> result(pixels * channels);
  for (int group = 0; group < g.groups; ++group) {
    matrix.fill(input.data(), group, 0, matrix.rows(), pixels, operands.data());
    const int first = group * g.group_out_channels();
    for (int channel = first; channel < first + g.group_out_channels(); ++channel) {
      for (size_t pixel = 0; pixel < pixels; ++pixel) {
        result[pixel * channels + static_cast<size_t>(channel)] =
            static_cast<Sum>(sum(channel, static_cast<int64_t>(pixel), operands));
      }
    }
  }
  return result;
}

template std::vector<int32_t> ElementMatrix::all_sums(const std::vector<int8_t>& input) const;
template std::vector<int64_t> ElementMatrix::all_sums(const std::vector<int16_t>& input) const;

}  // namespace faultline::engine
