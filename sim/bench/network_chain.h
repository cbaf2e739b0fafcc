#pragma once

#include <array>
#include <memory>
#include <random>
#include <utility>

#include "sim/model/host_elementwise.h"
#include "sim/model/network.h"

namespace faultline::bench {

/// Builds a network of layers in a row, with random weights.
class NetworkChain {
 public:
  NetworkChain(int channels, int size) : network_(std::make_shared<model::Network>()) {
    network_->graph_input = add_tensor({channels, size, size});
    shape_ = {channels, size, size};
  }

  NetworkChain& convolution(int channels, int kernel, int stride, int pad, int groups = 1) {
    auto layer = std::make_unique<model::MatrixOperator>();
    model::ConvolutionGeometry& g = layer->geometry;
    g = window(kernel, stride, pad);
    g.out_channels = channels;
    g.groups = groups;
    layer->weights.resize(static_cast<size_t>(channels) * static_cast<size_t>(g.taps()));
    for (int8_t& weight : layer->weights) {
      weight = static_cast<int8_t>(random_());
    }
    layer->post.bias.assign(static_cast<size_t>(channels), 100);
    layer->post.factor.assign(static_cast<size_t>(channels), hw::to_fixed_point(0.003));
    return add(std::move(layer), {channels, g.out_height, g.out_width});
  }

  NetworkChain& full(int outputs) {
    shape_ = {static_cast<int>(model::element_count({shape_[0], shape_[1], shape_[2]})), 1, 1};
    return convolution(outputs, 1, 1, 0);
  }

  NetworkChain& maximum(int kernel, int stride) {
    auto layer = std::make_unique<model::PoolingOperator>();
    layer->geometry = window(kernel, stride, 0);
    layer->geometry.out_channels = layer->geometry.groups = shape_[0];
    const model::ConvolutionGeometry g = layer->geometry;
    return add(std::move(layer), {shape_[0], g.out_height, g.out_width});
  }

  /// Adds the tensor `other`, of the same shape, as the second branch of a block.
  NetworkChain& add_tensors(model::TensorId other) {
    auto sum = std::make_unique<model::QuantisedSum>(
        model::QuantisedSum::Operand{{0.5, 0}, 1.0, {}}, model::QuantisedSum::Operand{{0.5, 0}, 1.0, {}},
        model::Quantisation{1.0, 0}, -128, 127,
        static_cast<size_t>(shape_[0]) * static_cast<size_t>(shape_[1]) * static_cast<size_t>(shape_[2]));
    add(std::move(sum), shape_);
    network_->operators.back()->inputs.push_back(other);
    return *this;
  }

  model::TensorId last() const { return last_; }

  /// Expansion, depthwise convolution, projection: MobileNetV2's block without its addition.
  NetworkChain& bottleneck(int channels, int expansion, int stride) {
    const int wide = shape_[0] * expansion;
    return convolution(wide, 1, 1, 0).convolution(wide, 3, stride, 1, wide).convolution(channels, 1, 1, 0);
  }

  std::shared_ptr<const model::Network> network() {
    network_->graph_outputs = {last_};
    return network_;
  }

 private:
  model::ConvolutionGeometry window(int kernel, int stride, int pad) const {
    model::ConvolutionGeometry g;
    g.in_channels = shape_[0];
    g.in_height = shape_[1];
    g.in_width = shape_[2];
    g.kernel_height = g.kernel_width = kernel;
    g.stride_y = g.stride_x = stride;
    g.pad_top = g.pad_left = pad;
    g.out_height = (shape_[1] + 2 * pad - kernel) / stride + 1;
    g.out_width = (shape_[2] + 2 * pad - kernel) / stride + 1;
    return g;
  }

  model::TensorId add_tensor(const model::Shape& shape) {
    model::TensorInfo tensor;
    tensor.shape = shape;
    network_->tensors.push_back(tensor);
    last_ = static_cast<model::TensorId>(network_->tensors.size()) - 1;
    return last_;
  }

  NetworkChain& add(std::unique_ptr<model::Operator> layer, const std::array<int, 3>& shape) {
    layer->inputs = {last_};
    layer->output = add_tensor({shape[0], shape[1], shape[2]});
    network_->operators.push_back(std::move(layer));
    shape_ = shape;
    return *this;
  }

  std::mt19937 random_{1};
  std::shared_ptr<model::Network> network_;
  std::array<int, 3> shape_{};
  model::TensorId last_ = -1;
};

}  // namespace faultline::bench
