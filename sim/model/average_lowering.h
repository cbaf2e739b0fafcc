#pragma once

#include "sim/model/fusion.h"
#include "sim/model/host_pooling.h"
#include "sim/model/window.h"

namespace faultline::model {

/// One window that covers all spatial dimensions of the input; UserError when it has none.
Window global_window(const ImportContext& context, const onnx::NodeProto& node, const Value& input);

/// Shape of what pooling over `window` gives: (channels, spatial extents).
Shape result_shape(const Window& window);

/// Adds an average of `input` whose result has `shape`: on the accelerator where codes go in and out and all windows
/// count alike, in float on the host otherwise. `order` is how the operator's own definition adds.
void lower_average(ImportContext& context, const onnx::NodeProto& node, const Window& window, const Value& input,
                   bool include_padding, SumOrder order, const Fusion& fusion, const Shape& shape);

}  // namespace faultline::model
