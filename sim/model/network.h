#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hw/arithmetic/operand_format.h"
#include "hw/arithmetic/requantisation.h"
#include "sim/model/tensor.h"

namespace faultline::model {

/// Index of a tensor in Network::tensors.
using TensorId = int;

/// One step of a network. Steps run in the order of Network::operators; each writes one tensor.
///
/// Three kinds exist. MatrixOperator and PoolingOperator run on the accelerator; HostOperator runs between accelerator
/// layers on the host, bit-exact in every engine, and is outside the fault space.
class Operator {
 public:
  virtual ~Operator() = default;

  std::string name;  ///< unique; the node's name in the source file where it has one
  std::string kind;  ///< operator type as the source names it: "Conv", "Gemm", "MaxPool", "Add" ...
  std::vector<TensorId> inputs;
  TensorId output = -1;
};

/// How a sample's elements lie in the tensor that a MatrixOperator or PoolingOperator reads or writes.
enum class Layout {
  kChannelsFirst,  ///< (channels, height, width): Conv, pooling, Gemm (height = width = 1)
  kChannelsLast,   ///< (..., channels): MatMul over the last axis; height = product of the other extents, width = 1
};

/// Geometry of a convolution; Gemm and MatMul are 1x1 convolutions. Extents in elements, all positive.
struct ConvolutionGeometry {
  int in_channels = 1, in_height = 1, in_width = 1;
  int out_channels = 1, out_height = 1, out_width = 1;
  int kernel_height = 1, kernel_width = 1;
  int stride_y = 1, stride_x = 1;
  int dilation_y = 1, dilation_x = 1;
  int pad_top = 0, pad_left = 0;  ///< padding below and to the right follows from the output extents
  int groups = 1;

  int group_in_channels() const { return in_channels / groups; }
  int group_out_channels() const { return out_channels / groups; }
  /// Length of one dot product over one plane of weights: taps times input channels of a group.
  int taps() const { return kernel_height * kernel_width * group_in_channels(); }
  int pixels() const { return out_height * out_width; }
};

/// The codes from `low` to `high`, both included.
struct CodeRange {
  int32_t low = -128;
  int32_t high = 127;
};

/// What post-processing does to one accumulator of channel n:
///   v = wrapping_add(accumulator, bias[n]), at the accumulator's width;
///   requantised: q = clamp(scale(v, factor[n], residue[n]) + zero_point, range(n)), then table[q + 128] where a table
///                is given (residue[n] is 0 where `residue` is empty); with `zero_outside` q is clamped to low and
///                high, and is zero_point where it lies outside range(n);
///   raw:         v itself (the output tensor is kInt32 or kInt64).
/// In networks with wide operands (hw::OperandFormat::wide) `wide_bias` stands for `bias`, and there is no table.
struct PostProcessing {
  std::vector<int32_t> bias;                 ///< one per channel; corrections for zero points are folded in
  std::vector<int64_t> wide_bias;            ///< one per channel; of 48 bits
  std::vector<hw::FixedPointFactor> factor;  ///< one per channel; empty when raw
  /// One per channel, or empty: what biases that are no whole number of accumulator units (floats in the file) have
  /// left over, times the factor's multiplier; magnitude at most 2^30.
  std::vector<int32_t> residue;
  int32_t zero_point = 0;          ///< of the output (before the table), [-128, 127]
  int32_t low = -128, high = 127;  ///< clamp: the int8 range narrowed by Relu or Clip
  /// One per channel, each within low and high, or empty: low and high hold for all.
  std::vector<CodeRange> channel_range;
  bool zero_outside = false;  ///< 0 stands for what lies outside `channel_range`, instead of the bound
  std::vector<int8_t> table;  ///< 256 entries indexed by code + 128 (Tanh, Sigmoid ...), or empty
  bool raw() const { return factor.empty(); }
  CodeRange range(size_t channel) const {
    return channel_range.empty() ? CodeRange{low, high} : channel_range[channel];
  }
};

/// Convolution, Gemm or MatMul with constant weights, on the array.
///
/// accumulator[n][pixel] = sum over planes p, then ky, kx, ci of
///     M(activation, weights[p][n][ky][kx][ci]),  M the configured multiplier, `activation` the stored int8 code, or
///     the input's zero point (`pad_value`) where the tap lies outside the input. Padding is a valid operand of M.
/// Sums wrap at the accumulator's width. Weights are symmetric (zero point 0). Weights whose zero-point-corrected value
/// needs more bits than an operand has are split over several planes that add up to it; one plane is the normal case.
class MatrixOperator : public Operator {
 public:
  hw::OperandFormat format;
  ConvolutionGeometry geometry;
  Layout layout = Layout::kChannelsFirst;
  int planes = 1;
  /// [planes][out_channels][kernel_height][kernel_width][group_in_channels], row-major.
  std::vector<int8_t> weights;
  std::vector<int16_t> wide_weights;  ///< instead of `weights` where operands are wide
  int8_t pad_value = 0;
  PostProcessing post;
};

enum class PoolingKind { kMaximum, kSum };

/// Max pooling, or average pooling as a sum with requantisation, in the accelerator's post-processing unit.
///
/// kMaximum: the maximum of the taps inside the input (at least one is), then `table`/clamp of `post` are not applied:
/// the output code is the maximum. kSum: the int32 sum of stored codes, taps outside the input counting as `pad_value`,
/// then `post` (bias and factor have one entry per channel). in_channels = out_channels = groups in `geometry`.
class PoolingOperator : public Operator {
 public:
  hw::OperandFormat format;
  PoolingKind pooling = PoolingKind::kMaximum;
  ConvolutionGeometry geometry;
  int8_t pad_value = 0;
  PostProcessing post;  ///< used for kSum only
};

/// An operator that the host runs: Add, Concat, Softmax, ReduceMean, Reshape, Transpose, Quantise, Dequantise ...
class HostOperator : public Operator {
 public:
  /// Computes the output's values from the inputs' (in the order of `inputs`). Pure and deterministic.
  virtual Values evaluate(const std::vector<const Values*>& input_values) const = 0;
};

/// A network after import: integer operators over declared tensors. Frozen once built; engines share it.
///
/// The graph's own input and output types are kept: `graph_input` may be kFloat32 (a HostOperator quantises it) or
/// kInt8; likewise `graph_outputs`.
struct Network {
  std::string file;          ///< as the user named it
  hw::OperandFormat format;  ///< of all layers that the accelerator runs
  std::vector<TensorInfo> tensors;
  std::vector<std::unique_ptr<Operator>> operators;  ///< topological order
  TensorId graph_input = -1;
  std::vector<TensorId> graph_outputs;  ///< the first is the one that classifies
  /// SHA-256 of the source file, in hexadecimal.
  std::string sha256;

  const TensorInfo& tensor(TensorId id) const { return tensors[static_cast<size_t>(id)]; }
};

}  // namespace faultline::model
