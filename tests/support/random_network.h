#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/config/user_error.h"
#include "sim/mapping/network_compiler.h"
#include "sim/model/network.h"
#include "tests/support/random_layer.h"

namespace faultline::test {

/// A host operator that gives the same codes whatever it reads: the input of a layer that stands alone.
class ConstantOperator : public model::HostOperator {
 public:
  explicit ConstantOperator(std::vector<int8_t> codes) : codes_(std::move(codes)) {}
  model::Values evaluate(const std::vector<const model::Values*>&) const override { return codes_; }

 private:
  std::vector<int8_t> codes_;
};

/// Builds networks operator by operator.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(model::Shape input_shape) {
    network_.file = "random";
    network_.graph_input = tensor("input", std::move(input_shape), model::ElementType::kInt8);
    last_ = network_.graph_input;
  }

  model::TensorId last() const { return last_; }

  /// Appends an operator that reads `input`.
  void add(std::unique_ptr<model::Operator> step, model::TensorId input, model::Shape shape, model::ElementType type) {
    step->name += std::to_string(network_.operators.size());
    step->inputs = {input};
    last_ = step->output = tensor(step->name, std::move(shape), type);
    network_.operators.push_back(std::move(step));
  }

  void add_matrix(std::unique_ptr<model::MatrixOperator> layer, model::TensorId input) {
    const model::ConvolutionGeometry& g = layer->geometry;
    const auto type = layer->post.raw() ? model::ElementType::kInt32 : model::ElementType::kInt8;
    model::Shape shape = {g.out_channels, g.out_height, g.out_width};
    add(std::move(layer), input, std::move(shape), type);
  }

  void add_pooling(std::unique_ptr<model::PoolingOperator> layer, model::TensorId input) {
    const model::ConvolutionGeometry& g = layer->geometry;
    const bool raw = layer->pooling == model::PoolingKind::kSum && layer->post.raw();
    model::Shape shape = {g.out_channels, g.out_height, g.out_width};
    add(std::move(layer), input, std::move(shape), raw ? model::ElementType::kInt32 : model::ElementType::kInt8);
  }

  model::Network take() {
    network_.graph_outputs = {last_};
    return std::move(network_);
  }
  std::shared_ptr<model::Network> finish() { return std::make_shared<model::Network>(take()); }

 private:
  model::TensorId tensor(std::string name, model::Shape shape, model::ElementType type) {
    model::TensorInfo info;
    info.name = std::move(name);
    info.shape = std::move(shape);
    info.type = type;
    network_.tensors.push_back(std::move(info));
    return static_cast<model::TensorId>(network_.tensors.size()) - 1;
  }

  model::Network network_;
  model::TensorId last_;
};

/// `count` random layers that do not depend on each other, each with an input of its own.
inline std::shared_ptr<model::Network> unrelated_layers(LayerMaker& maker, int count) {
  NetworkBuilder builder({1});
  for (int i = 0; i < count; ++i) {
    const auto source = [&](const model::ConvolutionGeometry& g) {
      const int64_t elements = int64_t{g.in_channels} * g.in_height * g.in_width;
      auto constant = std::make_unique<ConstantOperator>(maker.codes(elements));
      constant->name = "constant";
      builder.add(std::move(constant), 0, {elements}, model::ElementType::kInt8);
    };
    if (maker.one_in(4)) {
      auto layer = maker.pooling(12);
      source(layer->geometry);
      builder.add_pooling(std::move(layer), builder.last());
    } else {
      auto layer = maker.matrix(7);
      source(layer->geometry);
      builder.add_matrix(std::move(layer), builder.last());
    }
  }
  return builder.finish();
}

/// What layers make of their sums: anything that post-processing can, or codes that spread over their whole range and
/// are not looked up, so that most wrong sums give wrong codes.
enum class Codes { kAny, kSpread };

/// A convolution, a pooling, a second pair and two fully connected layers over a 1 x 10 x 10 image, five classes.
inline model::Network small_classifier_network(LayerMaker& maker, Codes codes = Codes::kAny) {
  NetworkBuilder builder({1, 10, 10});
  const auto post = [&](int channels, int sum_bits) {
    return codes == Codes::kAny ? maker.post(channels, false) : maker.spreading_post(channels, sum_bits);
  };
  constexpr int kProductSumBits = 18;  // of a random multiplier
  constexpr int kCodeSumBits = 9;
  const auto convolution = [&](int in, int out, int extent, int pad) {
    auto layer = std::make_unique<model::MatrixOperator>();
    layer->name = "conv";
    layer->kind = "Conv";
    model::ConvolutionGeometry& g = layer->geometry;
    g.in_channels = in;
    g.out_channels = out;
    g.in_height = g.in_width = extent;
    g.kernel_height = g.kernel_width = 3;
    g.pad_top = g.pad_left = pad;
    g.out_height = g.out_width = extent + 2 * pad - 2;
    layer->weights = maker.codes(int64_t{out} * g.taps());
    layer->pad_value = maker.code();
    layer->post = post(out, kProductSumBits);
    builder.add_matrix(std::move(layer), builder.last());
  };
  const auto pool = [&](int channels, int extent, model::PoolingKind kind) {
    auto layer = std::make_unique<model::PoolingOperator>();
    layer->name = "pool";
    layer->kind = kind == model::PoolingKind::kMaximum ? "MaxPool" : "AveragePool";
    layer->pooling = kind;
    model::ConvolutionGeometry& g = layer->geometry;
    g.in_channels = g.out_channels = g.groups = channels;
    g.in_height = g.in_width = extent;
    g.kernel_height = g.kernel_width = g.stride_y = g.stride_x = 2;
    g.out_height = g.out_width = extent / 2;
    if (kind == model::PoolingKind::kSum) {
      layer->post = post(channels, kCodeSumBits);
    }
    builder.add_pooling(std::move(layer), builder.last());
  };
  const auto fully_connected = [&](int in, int out, bool raw) {
    auto layer = std::make_unique<model::MatrixOperator>();
    layer->name = "gemm";
    layer->kind = "Gemm";
    layer->geometry.in_channels = in;
    layer->geometry.out_channels = out;
    layer->weights = maker.codes(int64_t{out} * in);
    layer->post = post(out, kProductSumBits);
    if (raw) {
      layer->post.factor.clear();
      layer->post.table.clear();
    }
    builder.add_matrix(std::move(layer), builder.last());
  };
  convolution(1, 4, 10, 1);
  pool(4, 10, model::PoolingKind::kMaximum);
  convolution(4, 6, 5, 1);
  pool(6, 5, model::PoolingKind::kSum);
  fully_connected(24, 12, false);
  fully_connected(12, 5, true);
  return builder.take();
}

inline std::shared_ptr<model::Network> small_classifier(LayerMaker& maker, Codes codes = Codes::kAny) {
  return std::make_shared<model::Network>(small_classifier_network(maker, codes));
}

/// Doubles the buffers that the messages of compile() name until the network fits. Throws what remains after that.
inline void enlarge_until_it_fits(const model::Network& network, hw::AcceleratorConfig& config) {
  const std::pair<const char*, int64_t hw::AcceleratorConfig::*> buffers[] = {
      {"raise input_buffer_bytes", &hw::AcceleratorConfig::input_buffer_bytes},
      {"raise weight_buffer_bytes", &hw::AcceleratorConfig::weight_buffer_bytes},
      {"raise output_buffer_bytes", &hw::AcceleratorConfig::output_buffer_bytes},
  };
  for (int attempt = 0; attempt < 60; ++attempt) {
    try {
      mapping::compile(network, config);
      return;
    } catch (const UserError& error) {
      bool named = false;
      for (const auto& [words, member] : buffers) {
        if (std::string(error.what()).find(words) != std::string::npos) {
          config.*member *= 2;
          named = true;
        }
      }
      if (!named) {
        throw;
      }
    }
  }
  throw std::runtime_error("does not fit after sixty doublings");
}

}  // namespace faultline::test
