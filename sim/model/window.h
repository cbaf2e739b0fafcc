#pragma once

#include "sim/model/import_context.h"

namespace faultline::model {

/// The sliding window of a convolution or pooling over the last one or two dimensions of a sample (channels, [height,]
/// width). One-dimensional ones have height 1.
struct Window {
  ConvolutionGeometry geometry;       ///< groups and out_channels are left to the caller
  int pad_bottom = 0, pad_right = 0;  ///< as declared; windows may reach further with ceil_mode
  Shape spatial_shape;                ///< output extents in the dimensions that the graph has
};

/// Reads kernel_shape, strides, dilations, pads, auto_pad and ceil_mode of `node`. `kernel` is the kernel's extents as
/// its weights give them, empty where kernel_shape must. Throws UserError for windows that do not fit.
Window read_window(const ImportContext& context, const onnx::NodeProto& node, const Shape& input,
                   const std::vector<int64_t>& kernel);

}  // namespace faultline::model
