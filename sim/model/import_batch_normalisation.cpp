#include <cmath>

#include "sim/model/host_elementwise.h"
#include "sim/model/matrix_lowering.h"
#include "sim/model/operator_importer.h"

namespace faultline::model {
namespace {

struct Normalisation {
  std::vector<double> gain, offset;
};

Normalisation normalisation(const ImportContext& context, const onnx::NodeProto& node, size_t channels) {
  std::vector<std::vector<double>> parameters;
  for (int index = 1; index < 5; ++index) {
    const auto constant = context.constant_input(node, index, "parameters");
    parameters.push_back(bias_per_channel(context, node, *constant, channels));
  }
  const double epsilon = static_cast<double>(float_attribute(node, "epsilon", 1e-5F));
  Normalisation result;
  for (size_t n = 0; n < channels; ++n) {
    const double gain = parameters[0][n] / std::sqrt(parameters[3][n] + epsilon);
    result.gain.push_back(gain);
    result.offset.push_back(parameters[1][n] - parameters[2][n] * gain);
    if (!std::isfinite(gain) || !std::isfinite(result.offset.back())) {
      context.fail(node, "divides by a variance that is not positive", "the file is damaged, export it again");
    }
  }
  return result;
}

bool fuse_normalisation(const ImportContext& context, const onnx::NodeProto& node, int index,
                        const ChannelPlace* channels, Fusion& fusion) {
  if (channels == nullptr || fusion.clamped || index != 0 || channels->axis != 0) {
    return false;
  }
  const Normalisation affine = normalisation(context, node, channels->channels());
  append_affine(fusion, *channels, affine.gain, affine.offset);
  return true;
}

void import_normalisation(ImportContext& context, const onnx::NodeProto& node) {
  const Value input = context.input(node, 0);
  if (input.is_constant() || context.shape(input).empty()) {
    context.fail(node, "normalises something without channels", "its input is (channels, ...)");
  }
  const Shape shape = context.shape(input);
  const Normalisation affine = normalisation(context, node, static_cast<size_t>(shape[0]));
  const auto inner = static_cast<size_t>(element_count(shape) / shape[0]);
  finish_in_float(context, node, fuse(context, node),
                  std::make_unique<ChannelAffine>(affine.gain, affine.offset, inner), {context.as_float(node, input)},
                  shape);
}

const OperatorImporter kNormalisation({"BatchNormalization"}, import_normalisation);
const FusedOperator kFusedNormalisation({"BatchNormalization"}, fuse_normalisation);

}  // namespace
}  // namespace faultline::model
