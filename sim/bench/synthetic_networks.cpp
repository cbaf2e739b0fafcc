#include "sim/bench/synthetic_networks.h"

#include <array>
#include <random>
#include <utility>

namespace faultline::bench {
namespace {

using model::ConvolutionGeometry;
using model::MatrixOperator;
using model::Network;
using model::PoolingOperator;

/// A network of layers in a row, with random weights.
class Chain {
 public:
  Chain(int channels, int size) : network_(std::make_shared<Network>()) {
    network_->graph_input = add_tensor({channels, size, size});
    shape_ = {channels, size, size};
  }

  Chain& convolution(int channels, int kernel, int stride, int pad, int groups = 1) {
    auto layer = std::make_unique<MatrixOperator>();
    ConvolutionGeometry& g = layer->geometry;
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

  Chain& full(int outputs) {
    shape_ = {static_cast<int>(model::element_count({shape_[0], shape_[1], shape_[2]})), 1, 1};
    return convolution(outputs, 1, 1, 0);
  }

  Chain& maximum(int kernel, int stride) {
    auto layer = std::make_unique<PoolingOperator>();
    layer->geometry = window(kernel, stride, 0);
    layer->geometry.out_channels = layer->geometry.groups = shape_[0];
    const ConvolutionGeometry g = layer->geometry;
    return add(std::move(layer), {shape_[0], g.out_height, g.out_width});
  }

  /// Expansion, depthwise convolution, projection: MobileNetV2's block without its addition.
  Chain& bottleneck(int channels, int expansion, int stride) {
    const int wide = shape_[0] * expansion;
    return convolution(wide, 1, 1, 0).convolution(wide, 3, stride, 1, wide).convolution(channels, 1, 1, 0);
  }

  std::shared_ptr<const Network> network() {
    network_->graph_outputs = {last_};
    return network_;
  }

 private:
  ConvolutionGeometry window(int kernel, int stride, int pad) const {
    ConvolutionGeometry g;
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

  Chain& add(std::unique_ptr<model::Operator> layer, const std::array<int, 3>& shape) {
    layer->inputs = {last_};
    layer->output = add_tensor({shape[0], shape[1], shape[2]});
    network_->operators.push_back(std::move(layer));
    shape_ = shape;
    return *this;
  }

  std::mt19937 random_{1};
  std::shared_ptr<Network> network_;
  std::array<int, 3> shape_{};
  model::TensorId last_ = -1;
};

}  // namespace

std::shared_ptr<const Network> lenet() {
  return Chain(1, 28)
      .convolution(6, 5, 1, 2)
      .maximum(2, 2)
      .convolution(16, 5, 1, 0)
      .maximum(2, 2)
      .full(120)
      .full(84)
      .full(10)
      .network();
}

std::shared_ptr<const Network> mobilenet() {
  struct Stage {
    int expansion, channels, repeats, stride;
  };
  constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  Chain chain(3, 224);
  chain.convolution(32, 3, 2, 1);
  for (const Stage& stage : kStages) {
    for (int repeat = 0; repeat < stage.repeats; ++repeat) {
      chain.bottleneck(stage.channels, stage.expansion, repeat == 0 ? stage.stride : 1);
    }
  }
  return chain.convolution(1280, 1, 1, 0).maximum(7, 7).full(1000).network();
}

std::shared_ptr<const Network> resnet18() {
  Chain chain(3, 224);
  chain.convolution(64, 7, 2, 3).maximum(2, 2);
  for (const int channels : {64, 128, 256, 512}) {
    chain.convolution(channels, 3, channels == 64 ? 1 : 2, 1);
    chain.convolution(channels, 3, 1, 1).convolution(channels, 3, 1, 1).convolution(channels, 3, 1, 1);
  }
  return chain.maximum(7, 7).full(1000).network();
}

std::shared_ptr<const Network> perceptron() {
  return Chain(1, 28).full(256).full(256).full(256).full(10).network();
}

/// A table that is not exact, so that it is looked up.
hw::Multiplier table_multiplier() {
  const hw::Multiplier exact;
  auto products = std::make_unique<std::array<int16_t, hw::Multiplier::kEntries>>();
  for (size_t i = 0; i < products->size(); ++i) {
    (*products)[i] = static_cast<int16_t>(exact.table()[i] & ~1);
  }
  return {"even", *products};
}

std::vector<int8_t> random_image(const Network& network, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<int8_t> image(static_cast<size_t>(model::element_count(network.tensor(network.graph_input).shape)));
  for (int8_t& pixel : image) {
    pixel = static_cast<int8_t>(random());
  }
  return image;
}

}  // namespace faultline::bench
