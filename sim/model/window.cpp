#include "sim/model/window.h"

#include <algorithm>

namespace faultline::model {
namespace {

/// One dimension of a window, in elements.
struct Span {
  int64_t in = 1, kernel = 1, stride = 1, dilation = 1, pad_begin = 0, pad_end = 0, out = 1;

  int64_t reach() const { return (kernel - 1) * dilation + 1; }
};

constexpr int64_t kMaximumExtent = 1 << 24;

void pad_automatically(Span& span, const std::string& mode) {
  if (mode == "VALID") {
    span.pad_begin = span.pad_end = 0;
    return;
  }
  const int64_t out = (span.in + span.stride - 1) / span.stride;
  const int64_t total = std::max<int64_t>(0, (out - 1) * span.stride + span.reach() - span.in);
  span.pad_begin = mode == "SAME_LOWER" ? (total + 1) / 2 : total / 2;
  span.pad_end = total - span.pad_begin;
}

void set_output(const ImportContext& context, const onnx::NodeProto& node, Span& span, bool ceil_mode) {
  const int64_t room = span.in + span.pad_begin + span.pad_end - span.reach();
  if (room < 0) {
    context.fail(node,
                 "has a window of " + std::to_string(span.reach()) + " over an input of " + std::to_string(span.in),
                 "the window must fit into the padded input");
  }
  span.out = room / span.stride + 1;
  if (ceil_mode && room % span.stride != 0 && span.out * span.stride < span.in + span.pad_begin) {
    ++span.out;  // the last window must begin inside the input or its leading padding
  }
}

std::vector<int64_t> per_dimension(const ImportContext& context, const onnx::NodeProto& node, const std::string& name,
                                   size_t count, int64_t otherwise, int64_t minimum) {
  std::vector<int64_t> values = integers_attribute(node, name, std::vector<int64_t>(count, otherwise));
  const bool in_range = std::all_of(values.begin(), values.end(),
                                    [minimum](int64_t value) { return value >= minimum && value <= kMaximumExtent; });
  if (values.size() != count || !in_range) {
    context.fail(node, "has unusable " + name,
                 std::to_string(count) + " numbers of at least " + std::to_string(minimum) + " are needed");
  }
  return values;
}

std::vector<Span> read_spans(const ImportContext& context, const onnx::NodeProto& node, const Shape& input,
                             const std::vector<int64_t>& kernel) {
  const size_t dimensions = input.size() - 1;
  const auto sizes = per_dimension(context, node, "kernel_shape", dimensions, kernel.empty() ? 0 : 1, 1);
  if (find_attribute(node, "kernel_shape") != nullptr && !kernel.empty() && sizes != kernel) {
    context.fail(node, "has a kernel_shape other than its weights'", "the file is damaged, export it again");
  }
  const auto strides = per_dimension(context, node, "strides", dimensions, 1, 1);
  const auto dilations = per_dimension(context, node, "dilations", dimensions, 1, 1);
  const auto pads = per_dimension(context, node, "pads", 2 * dimensions, 0, 0);
  const std::string mode = text_attribute(node, "auto_pad", "NOTSET");
  const bool ceil_mode = integer_attribute(node, "ceil_mode", 0) != 0;
  std::vector<Span> spans(dimensions);
  for (size_t d = 0; d < dimensions; ++d) {
    Span& span = spans[d];
    span = {input[d + 1],
            kernel.empty() ? sizes[d] : kernel[d],
            strides[d],
            dilations[d],
            pads[d],
            pads[d + dimensions],
            1};
    if (mode != "NOTSET" && !mode.empty()) {
      pad_automatically(span, mode);
    }
    if (span.pad_begin > kMaximumExtent || span.pad_end > kMaximumExtent) {
      context.fail(node, "has a kernel that needs absurd padding", "the file is damaged, export it again");
    }
    set_output(context, node, span, ceil_mode);
  }
  return spans;
}

}  // namespace

Window read_window(const ImportContext& context, const onnx::NodeProto& node, const Shape& input,
                   const std::vector<int64_t>& kernel) {
  if (input.size() != 2 && input.size() != 3) {
    context.fail(node, "slides over " + std::to_string(input.empty() ? 0 : input.size() - 1) + " dimensions",
                 "one and two dimensions are supported");
  }
  if (!kernel.empty() && kernel.size() != input.size() - 1) {
    context.fail(node, "has weights of another number of dimensions than its input",
                 "the file is damaged, export it again");
  }
  const std::vector<Span> spans = read_spans(context, node, input, kernel);
  const Span vertical = spans.size() == 2 ? spans[0] : Span();
  const Span& horizontal = spans.back();
  Window window;
  ConvolutionGeometry& geometry = window.geometry;
  const auto to_int = [](int64_t extent) { return static_cast<int>(extent); };
  geometry.in_channels = geometry.out_channels = to_int(input[0]);
  geometry.in_height = to_int(vertical.in);
  geometry.in_width = to_int(horizontal.in);
  geometry.out_height = to_int(vertical.out);
  geometry.out_width = to_int(horizontal.out);
  geometry.kernel_height = to_int(vertical.kernel);
  geometry.kernel_width = to_int(horizontal.kernel);
  geometry.stride_y = to_int(vertical.stride);
  geometry.stride_x = to_int(horizontal.stride);
  geometry.dilation_y = to_int(vertical.dilation);
  geometry.dilation_x = to_int(horizontal.dilation);
  geometry.pad_top = to_int(vertical.pad_begin);
  geometry.pad_left = to_int(horizontal.pad_begin);
  window.pad_bottom = to_int(vertical.pad_end);
  window.pad_right = to_int(horizontal.pad_end);
  for (const Span& span : spans) {
    window.spatial_shape.push_back(span.out);
  }
  return window;
}

}  // namespace faultline::model
