#include "sim/engine/gpu_stuck_products.h"

#include <algorithm>

#include "hw/gpu/mac_arithmetic.h"
#include "sim/engine/operand_matrix.h"

namespace faultline::engine {
namespace {

constexpr size_t kBytes = hw::gpu::MacTerms::kProducts;  // of a word of k, and multipliers of a lane
constexpr int kProductBits = 16;

}  // namespace

/// A layer's operands as its kernel reads them: a row of `depth` bytes for each output channel and for each pixel, the
/// taps of every plane.
struct GpuStuckProducts::Matrix {
  explicit Matrix(const model::MatrixOperator& source)
      : layer(source),
        operands(layer.geometry, layer.layout, layer.pad_value),
        taps(static_cast<size_t>(operands.taps())),
        planes(static_cast<size_t>(layer.planes)),
        channels(static_cast<size_t>(layer.geometry.out_channels)),
        pixels(static_cast<size_t>(layer.geometry.pixels())),
        weights(channels * depth()),
        by_tap(taps * pixels),
        activations(pixels * depth()) {
    for (size_t row = 0; row < planes * channels; ++row) {
      const auto from = layer.weights.begin() + static_cast<std::ptrdiff_t>(row * taps);
      const size_t place = row % channels * depth() + row / channels * taps;
      std::copy_n(from, taps, weights.begin() + static_cast<std::ptrdiff_t>(place));
    }
  }

  size_t depth() const { return planes * taps; }

  void fill(const std::vector<int8_t>& input, int group) {
    operands.fill(input.data(), group, 0, operands.rows(), pixels, by_tap.data());
    for (size_t pixel = 0; pixel < pixels; ++pixel) {
      for (size_t k = 0; k < depth(); ++k) {
        activations[pixel * depth() + k] = by_tap[k % taps * pixels + pixel];
      }
    }
  }

  /// Where a sum lies in the layer's output.
  size_t place(size_t channel, size_t pixel) const {
    return layer.layout == model::Layout::kChannelsLast ? pixel * channels + channel : channel * pixels + pixel;
  }

  const model::MatrixOperator& layer;
  OperandMatrix operands;
  size_t taps, planes, channels, pixels;
  std::vector<int8_t> weights;      ///< [channel][depth]
  std::vector<int8_t> by_tap;       ///< [tap][pixel], of one group
  std::vector<int8_t> activations;  ///< [pixel][depth], of one group
};

GpuStuckProducts::GpuStuckProducts(const model::Network& network, const gpu::NetworkPlan& plan,
                                   const hw::gpu::SmConfig& config, const hw::StateTable& table)
    : network_(network),
      plan_(plan),
      multiplier_(config.multiplier),
      field_(table.field_index("partition[*].mac_lane[*].product[*]")),
      multipliers_(table.fields()[field_].element_count()),
      wrong_(multipliers_.size() / kBytes),
      matrices_(plan.layers.size()) {}

GpuStuckProducts::~GpuStuckProducts() = default;

bool GpuStuckProducts::take(const hw::Faults& faults) {
  if (faults == faults_) {
    return known_;
  }
  faults_ = faults;
  std::fill(multipliers_.begin(), multipliers_.end(), StuckBits<uint16_t>());
  known_ = std::all_of(faults.begin(), faults.end(), [this](const hw::Fault& fault) {
    return fault.site.field == field_ && is_permanent(fault) &&
           stick(multipliers_[fault.site.element], fault, kProductBits);
  });
  for (size_t lane = 0; lane < wrong_.size(); ++lane) {
    wrong_[lane].clear();
    for (size_t byte = 0; byte < kBytes; ++byte) {
      const StuckBits<uint16_t>& bits = multipliers_[lane * kBytes + byte];
      if (bits.any()) {
        wrong_[lane].push_back({byte, bits});
      }
    }
  }
  return known_;
}

/// By how much the sum of a row of each operand differs on a lane.
int32_t GpuStuckProducts::difference(const int8_t* activations, const int8_t* weights, size_t depth,
                                     const std::vector<Wrong>& wrong) const {
  const size_t whole_words = depth / kBytes * kBytes;
  uint32_t sum = 0;
  for (const auto& [byte, bits] : wrong) {
    const auto multiply = [&, stuck = bits](size_t k) {
      const int16_t right = multiplier_.product(activations[k], weights[k]);
      sum += static_cast<uint32_t>(stuck.of(right) - right);
    };
    for (size_t k = byte; k < whole_words; k += kBytes) {
      multiply(k);
    }
    for (size_t k = whole_words; byte == 0 && k < depth; ++k) {
      multiply(k);
    }
  }
  return static_cast<int32_t>(sum);
}

bool GpuStuckProducts::strike(size_t layer, const std::vector<int8_t>& input, const GpuLaneMap& lanes,
                              IncrementalInference& inference) {
  const size_t index = plan_.layers[layer].operator_index;
  std::unique_ptr<Matrix>& matrix = matrices_[layer];
  if (matrix == nullptr) {
    matrix = std::make_unique<Matrix>(dynamic_cast<const model::MatrixOperator&>(*network_.operators[index]));
  }
  const std::vector<uint32_t>& lane_of = lanes.lanes(layer);
  const size_t depth = matrix->depth();
  const auto group_channels = static_cast<size_t>(matrix->layer.geometry.group_out_channels());
  bool differs = false;
  for (size_t channel = 0; channel < matrix->channels; ++channel) {
    if (channel % group_channels == 0) {
      matrix->fill(input, static_cast<int>(channel / group_channels));
    }
    for (size_t pixel = 0; pixel < matrix->pixels; ++pixel) {
      const std::vector<Wrong>& wrong = wrong_[lane_of[matrix->place(channel, pixel)]];
      const int32_t by = wrong.empty() ? 0
                                       : difference(matrix->activations.data() + pixel * depth,
                                                    matrix->weights.data() + channel * depth, depth, wrong);
      if (by != 0) {
        inference.add_to_sum(index, pixel, channel, by);
        differs = true;
      }
    }
  }
  return differs;
}

}  // namespace faultline::engine
