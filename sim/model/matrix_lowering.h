#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sim/model/fusion.h"

namespace faultline::model {

/// A convolution, Gemm or MatMul with constant weights, as an importer has understood it.
struct MatrixRequest {
  ConvolutionGeometry geometry;
  Layout layout = Layout::kChannelsFirst;
  Shape output_shape;
  size_t channel_axis = 0;                ///< of output_shape
  Value input;                            ///< where the layer is computed in float
  std::optional<QuantisedSource> source;  ///< where it can be computed on codes
  std::shared_ptr<const Constant> weights;
  int weight_channel_axis = 0;  ///< of the constant: the axis of output channels
  /// Index in the constant of one weight; taps are ordered (ky, kx, group input channel).
  std::function<size_t(size_t channel, size_t tap)> position;
  double gain = 1.0;              ///< multiplies the product
  std::vector<double> bias;       ///< real, one per channel; not multiplied by `gain`
  std::optional<CodeType> codes;  ///< quantisation of the result where the node itself gives it
  bool integer_result = false;    ///< the accumulators themselves are the result (ConvInteger, MatMulInteger)
};

/// Adds the layer: on the array when input and weights are codes, in float on the host otherwise; fuses what follows.
void lower_matrix(ImportContext& context, const onnx::NodeProto& node, const MatrixRequest& request);

/// `constant` as one value per output channel of a layer; UserError when it does not have that many.
std::vector<double> bias_per_channel(const ImportContext& context, const onnx::NodeProto& node,
                                     const Constant& constant, size_t channels);

/// `constant`, integer codes, with the affine map that a node's own inputs give it.
std::shared_ptr<const Constant> with_affine_map(const ImportContext& context, const onnx::NodeProto& node,
                                                const Constant& constant, AffineMap map);

/// Operands of ConvInteger and MatMulInteger, which have zero points (at input `zero_point`) but no scales.
QuantisedSource integer_source(const ImportContext& context, const onnx::NodeProto& node, int index, int zero_point);
AffineMap integer_map(const ImportContext& context, const onnx::NodeProto& node, int zero_point);

}  // namespace faultline::model
