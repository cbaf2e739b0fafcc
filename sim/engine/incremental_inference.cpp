#include "sim/engine/incremental_inference.h"

#include <algorithm>
#include <utility>

#include "hw/arithmetic/requantisation.h"
#include "sim/engine/channel_parameters.h"
#include "sim/engine/functional_matrix.h"
#include "sim/engine/post_processing.h"
#include "sim/engine/wide_matrix.h"

namespace faultline::engine {
namespace {

/// A difference costs this much more, product by product, than computing the whole layer does.
constexpr size_t kCostOfSparseProduct = 8;

template <typename Code>
const std::vector<Code>& codes_in(const model::Values& values) {
  return std::get<std::vector<Code>>(values);
}

size_t output_element(const model::ConvolutionGeometry& g, model::Layout layout, size_t pixel, size_t channel) {
  return layout == model::Layout::kChannelsFirst ? channel * static_cast<size_t>(g.pixels()) + pixel
                                                 : pixel * static_cast<size_t>(g.out_channels) + channel;
}

/// What post-processing makes of a sum: a code, or the biased sum where the layer is raw.
int32_t finished_sum(const model::PostProcessing& post, hw::OperandFormat, size_t channel, int32_t sum) {
  return post.raw() ? hw::wrapping_add(sum, post.bias[channel]) : int32_t{post_process(post, channel, sum)};
}
int64_t finished_sum(const model::PostProcessing& post, hw::OperandFormat format, size_t channel, int64_t sum) {
  return post.raw() ? hw::wrap_to(sum + post.wide_bias[channel], format.sum_bits())
                    : int64_t{post_process_wide(post, channel, sum, format)};
}

/// What pooling gives for one window.
template <typename Code>
SumOf<Code> pooled_window(const model::PoolingOperator& layer, const std::vector<Code>& input, size_t channel,
                          size_t pixel) {
  const model::ConvolutionGeometry& g = layer.geometry;
  const bool maximum = layer.pooling == model::PoolingKind::kMaximum;
  const auto y = static_cast<int64_t>(pixel) / g.out_width * g.stride_y - g.pad_top;
  const auto x = static_cast<int64_t>(pixel) % g.out_width * g.stride_x - g.pad_left;
  const Code* plane = input.data() + channel * static_cast<size_t>(g.in_height) * static_cast<size_t>(g.in_width);
  SumOf<Code> joined = maximum ? layer.format.lowest() : 0;
  for (int ky = 0; ky < g.kernel_height; ++ky) {
    const int64_t row = y + int64_t{ky} * g.dilation_y;
    for (int kx = 0; kx < g.kernel_width; ++kx) {
      const int64_t column = x + int64_t{kx} * g.dilation_x;
      const bool inside = row >= 0 && row < g.in_height && column >= 0 && column < g.in_width;
      const SumOf<Code> code = inside ? plane[row * g.in_width + column] : layer.pad_value;
      if (!maximum) {
        joined = add_to(joined, code);
      } else if (inside) {
        joined = std::max(joined, code);
      }
    }
  }
  return maximum ? joined : finished_sum(layer.post, layer.format, channel, joined);
}

}  // namespace

IncrementalInference::IncrementalInference(std::shared_ptr<const model::Network> network,
                                           const FunctionalEngine& functional)
    : network_(std::move(network)),
      functional_(functional),
      layers_(std::in_place_type<NarrowLayers>, network_->operators.size()),
      watched_(network_->operators.size()),
      differences_(network_->tensors.size()) {
  if (network_->format.wide()) {
    layers_.emplace<WideLayers>(network_->operators.size());
  }
  std::visit([&](auto& layers) { make_layers(layers); }, layers_);
}

IncrementalInference::~IncrementalInference() = default;

template <typename Code>
void IncrementalInference::make_layers(IncrementalLayers<Code>& layers) const {
  using Matrix = typename IncrementalLayers<Code>::Matrix;
  for (size_t index = 0; index < network_->operators.size(); ++index) {
    if (const auto* layer = dynamic_cast<const model::MatrixOperator*>(network_->operators[index].get())) {
      const LayerMultipliers::Layer& multipliers = functional_.multipliers().of(index);
      layers.matrices[index] = std::make_unique<const Matrix>(*layer, multipliers);
      layers.sparse[index] = std::make_unique<const SparseMatrix<Code>>(*layer, multipliers.multiplier);
      layers.differences[index].resize(static_cast<size_t>(layer->geometry.pixels()),
                                       static_cast<size_t>(layer->geometry.out_channels));
    }
  }
}

GoldenActivations IncrementalInference::golden(const model::Values& input) const {
  GoldenActivations golden;
  golden.tensors.resize(network_->tensors.size());
  golden.sums.resize(network_->operators.size());
  golden.tensors[static_cast<size_t>(network_->graph_input)] = input;
  for (size_t index = 0; index < network_->operators.size(); ++index) {
    std::visit([&](const auto& layers) { golden_matrix(layers, index, golden); }, layers_);
    if (!golden.has_sums(index)) {
      functional_.run_operator(index, golden.tensors);
    }
  }
  return golden;
}

/// The sums and the output of a MatrixOperator; nothing for others.
template <typename Code>
void IncrementalInference::golden_matrix(const IncrementalLayers<Code>& layers, size_t index,
                                         GoldenActivations& golden) const {
  if (layers.matrices[index] == nullptr) {
    return;
  }
  const auto& layer = dynamic_cast<const model::MatrixOperator&>(*network_->operators[index]);
  const auto channels = static_cast<size_t>(layer.geometry.out_channels);
  std::vector<SumOf<Code>> sums =
      layers.matrices[index]->sums(codes_in<Code>(golden.tensors[static_cast<size_t>(layer.inputs.front())]));
  const auto fill = [&](auto result) {
    for (size_t i = 0; i < sums.size(); ++i) {
      const size_t to = output_element(layer.geometry, layer.layout, i / channels, i % channels);
      result[to] = static_cast<typename decltype(result)::value_type>(
          finished_sum(layer.post, layer.format, i % channels, sums[i]));
    }
    golden.tensors[static_cast<size_t>(layer.output)] = std::move(result);
  };
  if (layer.post.raw()) {
    fill(std::vector<SumOf<Code>>(sums.size()));
  } else {
    fill(std::vector<Code>(sums.size()));
  }
  golden.sums[index] = std::move(sums);
}

void IncrementalInference::begin(const GoldenActivations& golden) {
  if (golden_ != nullptr) {
    restore();
  }
  golden_ = &golden;
  tensors_ = golden.tensors;
}

void IncrementalInference::set_output(size_t operator_index, size_t element, int64_t value) {
  const auto id = static_cast<size_t>(network_->operators[operator_index]->output);
  const auto set = [&](auto& elements) {
    using Elements = std::decay_t<decltype(elements)>;
    const auto& golden = std::get<Elements>(golden_->tensors[id]);
    const auto now = static_cast<typename Elements::value_type>(value);
    if (elements[element] == now) {
      return;
    }
    if (elements[element] == golden[element]) {
      differences_[id].push_back(element);
    } else if (now == golden[element]) {
      auto& list = differences_[id];
      list.erase(std::find(list.begin(), list.end(), element));
    }
    elements[element] = now;
  };
  if (auto* bytes = std::get_if<std::vector<int8_t>>(&tensors_[id])) {
    set(*bytes);
  } else {
    std::visit(set, tensors_[id]);
  }
}

bool IncrementalInference::reads_differences(const model::Operator& step) const {
  return std::any_of(step.inputs.begin(), step.inputs.end(),
                     [&](model::TensorId id) { return !differences_[static_cast<size_t>(id)].empty(); });
}

void IncrementalInference::propagate(size_t first, size_t end) {
  std::visit([&](auto& layers) { propagate(layers, first, end); }, layers_);
}

template <typename Code>
void IncrementalInference::propagate(IncrementalLayers<Code>& layers, size_t first, size_t end) {
  for (size_t index = first; index < end; ++index) {
    const model::Operator& step = *network_->operators[index];
    const bool reads = reads_differences(step);
    if (layers.differences[index].empty() && !reads) {
      continue;
    }
    if (layers.matrices[index] != nullptr) {
      const auto& layer = dynamic_cast<const model::MatrixOperator&>(step);
      if (reads) {
        find_sum_differences(layers, index, layer);
      }
      finish_sums(layers, index, layer);
    } else if (const auto* pooling = dynamic_cast<const model::PoolingOperator*>(&step)) {
      run_pooling<Code>(index, *pooling);
    } else {
      run_host(index);
    }
  }
}

template <typename Code>
void IncrementalInference::find_sum_differences(IncrementalLayers<Code>& layers, size_t index,
                                                const model::MatrixOperator& layer) {
  using Sums = std::vector<SumOf<Code>>;
  const auto input = static_cast<size_t>(layer.inputs.front());
  const std::vector<Code>& now = codes_in<Code>(tensors_[input]);
  const std::vector<Code>& before = codes_in<Code>(golden_->tensors[input]);
  const std::vector<size_t>& changed = differences_[input];
  SumDifferences<SumOf<Code>>& differences = layers.differences[index];
  const SparseMatrix<Code>& sparse = *layers.sparse[index];
  const Sums& sums = std::get<Sums>(golden_->sums[index]);
  const size_t all_products =
      sums.size() * static_cast<size_t>(layer.geometry.taps()) * static_cast<size_t>(layer.planes);
  const bool uniform = functional_.multipliers().of(index).elements == nullptr;
  if (uniform && changed.size() * sparse.products_per_input() * kCostOfSparseProduct < all_products) {
    for (const size_t element : changed) {
      sparse.change(element, before[element], now[element], differences);
    }
    return;
  }
  const Sums whole = layers.matrices[index]->sums(now);
  const auto channels = static_cast<size_t>(layer.geometry.out_channels);
  for (size_t i = 0; i < sums.size(); ++i) {
    if (whole[i] != sums[i]) {
      differences.add(i / channels, i % channels, int64_t{whole[i]} - sums[i]);
    }
  }
}

/// Post-processing of the sums that differ.
template <typename Code>
void IncrementalInference::finish_sums(IncrementalLayers<Code>& layers, size_t index,
                                       const model::MatrixOperator& layer) {
  using Sum = SumOf<Code>;
  SumDifferences<Sum>& differences = layers.differences[index];
  const auto& sums = std::get<std::vector<Sum>>(golden_->sums[index]);
  const std::vector<uint8_t>& watched = watched_[index];
  const auto channels = static_cast<size_t>(layer.geometry.out_channels);
  for (const size_t pixel : differences.pixels()) {
    const Sum* difference = differences.at(pixel);
    for (size_t channel = 0; channel < channels; ++channel) {
      if (difference[channel] == 0) {
        continue;
      }
      const size_t place = pixel * channels + channel;
      watched_sum_differs_ = watched_sum_differs_ || (!watched.empty() && watched[place] != 0);
      const Sum now = add_to(sums[place], difference[channel]);
      if (farthest_ < Station::kClamp) {
        const ChannelParameters parameters(layer.post, layer.format, channel);
        reach(farthest_difference(parameters.finished(sums[place]), parameters.finished(now)));
      }
      set_output(index, output_element(layer.geometry, layer.layout, pixel, channel),
                 finished_sum(layer.post, layer.format, channel, now));
    }
  }
}

/// The outputs that read something that differs.
void IncrementalInference::find_windows(const model::PoolingOperator& layer) {
  const model::ConvolutionGeometry& g = layer.geometry;
  const auto area = static_cast<size_t>(g.in_height) * static_cast<size_t>(g.in_width);
  windows_.clear();
  for (const size_t element : differences_[static_cast<size_t>(layer.inputs.front())]) {
    const size_t channel = element / area;
    const auto y = static_cast<int64_t>(element % area) / g.in_width;
    const auto x = static_cast<int64_t>(element % area) % g.in_width;
    for (int ky = 0; ky < g.kernel_height; ++ky) {
      const int64_t row = y + g.pad_top - int64_t{ky} * g.dilation_y;
      if (row < 0 || row % g.stride_y != 0 || row / g.stride_y >= g.out_height) {
        continue;
      }
      for (int kx = 0; kx < g.kernel_width; ++kx) {
        const int64_t column = x + g.pad_left - int64_t{kx} * g.dilation_x;
        if (column >= 0 && column % g.stride_x == 0 && column / g.stride_x < g.out_width) {
          windows_.push_back(channel * static_cast<size_t>(g.pixels()) +
                             static_cast<size_t>(row / g.stride_y * g.out_width + column / g.stride_x));
        }
      }
    }
  }
}

template <typename Code>
void IncrementalInference::run_pooling(size_t index, const model::PoolingOperator& layer) {
  find_windows(layer);
  const auto pixels = static_cast<size_t>(layer.geometry.pixels());
  const std::vector<Code>& now = codes_in<Code>(tensors_[static_cast<size_t>(layer.inputs.front())]);
  for (const size_t window : windows_) {
    set_output(index, window, pooled_window(layer, now, window / pixels, window % pixels));
  }
}

void IncrementalInference::run_host(size_t index) {
  const auto id = static_cast<size_t>(network_->operators[index]->output);
  functional_.run_operator(index, tensors_);
  std::visit(
      [&](const auto& now) {
        const auto& golden = std::get<std::decay_t<decltype(now)>>(golden_->tensors[id]);
        differences_[id].clear();
        for (size_t i = 0; i < now.size(); ++i) {
          if (now[i] != golden[i]) {
            differences_[id].push_back(i);
          }
        }
      },
      tensors_[id]);
}

void IncrementalInference::restore() {
  for (size_t id = 0; id < tensors_.size(); ++id) {
    if (differences_[id].empty()) {
      continue;
    }
    std::visit(
        [&](auto& now) {
          const auto& golden = std::get<std::decay_t<decltype(now)>>(golden_->tensors[id]);
          for (const size_t element : differences_[id]) {
            now[element] = golden[element];
          }
        },
        tensors_[id]);
    differences_[id].clear();
  }
  std::visit(
      [](auto& layers) {
        for (auto& differences : layers.differences) {
          differences.clear();
        }
      },
      layers_);
  watched_sum_differs_ = false;
  farthest_ = Station::kNone;
}

}  // namespace faultline::engine
