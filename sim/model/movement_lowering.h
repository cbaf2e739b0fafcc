#pragma once

#include "sim/model/import_context.h"

namespace faultline::model {

/// Where the elements of a result come from: positions in the source, negative for `fill`.
struct Movement {
  Extents extents;
  std::vector<int32_t> source;
  double fill = 0;  ///< as the graph sees it
};

/// Binds output `index` of `node` to elements of `value` moved about. `movement.extents` are a sample's for an
/// activation, all extents for a constant. Codes stay codes of the same quantisation.
void lower_movement(ImportContext& context, const onnx::NodeProto& node, int index, const Value& value,
                    const Movement& movement);

/// The same without moving anything: another shape.
void lower_reshape(ImportContext& context, const onnx::NodeProto& node, const Value& value, const Extents& extents);

/// Extents that a value moves within: a sample's for an activation, all for a constant.
Extents moved_extents(const ImportContext& context, const Value& value);

/// An axis given for the whole tensor as an index into moved_extents().
int moved_axis(const ImportContext& context, const onnx::NodeProto& node, const Value& value, int64_t axis);

/// Row-major strides.
std::vector<int64_t> strides_of(const Extents& extents);

/// A selection per axis: element i of axis a of the result is element pick[a][i] of the source, fill where negative.
Movement select(const ImportContext& context, const onnx::NodeProto& node, const Extents& source,
                const std::vector<std::vector<int64_t>>& pick, double fill);

}  // namespace faultline::model
