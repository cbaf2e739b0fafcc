#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sim/model/import_context.h"

namespace faultline::model {

/// Where the float result of an operator goes after the nodes that were fused with it: first gain and offset per
/// channel (BatchNormalization, bias additions), then a clamp (Relu, Clip), then a quantisation.
struct Fusion {
  std::vector<double> gain, offset;  ///< per channel, or empty
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
  bool clamped = false;
  std::optional<CodeType> codes;  ///< nothing when the result is needed in float
  /// The operator adds the zero point before it rounds, so that ties go to the even code instead of the even multiple.
  bool zero_point_before_rounding = false;
  std::vector<std::string> names;  ///< values of the graph that the result stands for

  /// The clamp in stored codes. Quantising is monotone, so clamping codes equals clamping reals.
  int32_t low_code() const;
  int32_t high_code() const;
};

/// The channels of an operator's result: where they lie in the shape of a sample.
struct ChannelPlace {
  Shape shape;
  size_t axis = 0;

  size_t channels() const { return static_cast<size_t>(shape[axis]); }
};

/// Follows the single-consumer chain behind `node` and absorbs the nodes that can be fused. Gains and offsets are
/// fused only where `channels` says so; a clamp only if a QuantizeLinear follows.
Fusion fuse(ImportContext& context, const onnx::NodeProto& node, const ChannelPlace* channels = nullptr);

/// Registers how one kind of node is fused: returns false when this one cannot be. `index` is the input at which the
/// result arrives.
using Absorber = bool (*)(const ImportContext& context, const onnx::NodeProto& node, int index,
                          const ChannelPlace* channels, Fusion& fusion);
struct FusedOperator {
  FusedOperator(std::initializer_list<const char*> operators, Absorber absorber);
};

/// `constant` as one value per channel, when it broadcasts along the channels of a result alone.
std::optional<std::vector<double>> per_channel(const Constant& constant, const ChannelPlace& place);

/// result = gain * x + offset per channel, appended to what `fusion` does already.
void append_affine(Fusion& fusion, const ChannelPlace& channels, const std::vector<double>& gain,
                   const std::vector<double>& offset);

/// Binds `tensor` to the names of `fusion`.
void bind_result(ImportContext& context, const Fusion& fusion, TensorId tensor);
/// Adds the tensor of codes that `fusion` asks for (its `codes` are set) and binds it.
TensorId add_fused_codes(ImportContext& context, const Fusion& fusion, Shape shape);
/// Ends an operator that `step` computes in float: quantises its result where `fusion` asks for codes.
void finish_in_float(ImportContext& context, const onnx::NodeProto& node, const Fusion& fusion,
                     std::unique_ptr<HostOperator> step, const std::vector<TensorId>& inputs, const Shape& shape);

}  // namespace faultline::model
