#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/command.h"
#include "hw/systolic/dataflow.h"
#include "sim/mapping/product_location.h"
#include "sim/mapping/program.h"
#include "sim/model/network.h"

namespace faultline::mapping {

/// One group of a layer as a matrix product: pixels x taps times taps x channels.
struct MatrixShape {
  std::string layer;      ///< for messages
  int channels = 1;       ///< output channels of the group
  int64_t taps = 1;       ///< length of a dot product, all planes
  int64_t pixels = 1;     ///< most pixels whose operands and results the buffers hold at a time
  int most_channels = 1;  ///< most channels whose results the output buffer holds at a time
};

/// The largest share of a MatrixShape that one kCompute works on.
struct Tiling {
  int channels = 1;
  int64_t taps = 1;
  int64_t pixels = 1;
};

/// Weights by output channel and tap, tap = plane * taps of the window + (ky, kx, ci) row-major.
class WeightMatrix {
 public:
  explicit WeightMatrix(const model::MatrixOperator& layer);
  int16_t at(int channel, int64_t tap) const {
    const int64_t plane = tap / taps_;
    const auto place = static_cast<size_t>((plane * channels_ + channel) * taps_ + tap % taps_);
    return layer_.format.wide() ? layer_.wide_weights[place] : layer_.weights[place];
  }
  /// Appends an operand as the weight buffer holds it.
  void append(int16_t operand, std::vector<uint8_t>& image) const {
    image.push_back(static_cast<uint8_t>(operand));
    if (layer_.format.wide()) {
      image.push_back(static_cast<uint8_t>(static_cast<uint16_t>(operand) >> 8));
    }
  }

 private:
  const model::MatrixOperator& layer_;
  int64_t channels_;
  int64_t taps_;
};

/// How a dataflow runs matrix products: which loop is where, in which order it reads weights, where its sums end up.
/// One file per dataflow defines one and registers it (DataflowRegistration).
class DataflowMapper {
 public:
  virtual ~DataflowMapper() = default;

  /// How to cut a product so that weights, partial sums and parameters fit. Throws UserError when nothing fits.
  virtual Tiling tiling(const MatrixShape& shape, const hw::AcceleratorConfig& config) const = 0;

  /// Appends the block's weights in the order in which its kCompute reads them.
  virtual void pack_weights(const WeightMatrix& weights, const ComputeBlock& block, const hw::AcceleratorConfig& config,
                            std::vector<uint8_t>& image) const = 0;

  /// Fills the loop nest and timing of a kCompute for the block: tiles, folds, stream, period and so on.
  virtual void set_loops(hw::CommandDescriptor& command, const ComputeBlock& block,
                         const hw::AcceleratorConfig& config) const = 0;

  /// The kPostProcess commands for a block whose sums are complete. `base` has the fields that do not depend on the
  /// dataflow, with parameter_base for channel_begin; `output` is the whole block's place in the output buffer.
  virtual std::vector<Step> post_process(const hw::CommandDescriptor& base, const OutputBlock& output,
                                         const hw::AcceleratorConfig& config) const = 0;

  /// The products of one neuron of the step's block (a kCompute), fold by fold.
  virtual std::vector<ProductSpan> products_of(const Step& step, int channel, int64_t pixel,
                                               const hw::GridConfig& grid) const = 0;
  /// Where the step adds up one neuron's sum.
  virtual SumPlace sum_of(const Step& step, int channel, int64_t pixel, const hw::GridConfig& grid) const = 0;
  /// What the processing element (row, column) multiplies in a cycle of the step, or nothing when that serves no
  /// neuron.
  virtual std::optional<Product> product_at(const Step& step, int row, int column, int64_t cycle,
                                            const hw::GridConfig& grid) const = 0;
};

/// Operands that the weight buffer holds.
inline int64_t weights_held(const hw::AcceleratorConfig& config) {
  return config.weight_buffer_bytes / config.grid.format().operand_bytes();
}

/// The mapper of a dataflow.
const DataflowMapper& mapper_for(hw::Dataflow dataflow);

/// File-scope object that makes a mapper known.
struct DataflowRegistration {
  DataflowRegistration(hw::Dataflow dataflow, const DataflowMapper& mapper);
};

/// Throws UserError saying that `layer` needs `needed` bytes (or rows) of `key` and has `available`.
[[noreturn]] void fail_to_fit(const std::string& layer, const std::string& what, int64_t needed, int64_t available,
                              const std::string& key);

/// `count` / `size`, rounded up.
constexpr int64_t ceiling(int64_t count, int64_t size) {
  return (count + size - 1) / size;
}

}  // namespace faultline::mapping
