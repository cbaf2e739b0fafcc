#pragma once

#include <functional>

#include "sim/model/fusion.h"

namespace faultline::model {

/// Adds a function of one value. On codes it is a table of 256 entries, folded into the post-processing of the layer
/// that makes the codes where nobody else reads them; on floats the host computes it.
void lower_unary(ImportContext& context, const onnx::NodeProto& node, const Value& input,
                 const std::function<float(float)>& function, const Fusion& fusion);

}  // namespace faultline::model
