#include "sim/engine/incremental_inference.h"

#include <algorithm>
#include <utility>

#include "sim/engine/channel_parameters.h"
#include "sim/engine/functional_matrix.h"
#include "sim/engine/post_processing.h"

namespace faultline::engine {
namespace {

/// A difference costs this much more, product by product, than computing the whole layer does.
constexpr size_t kCostOfSparseProduct = 8;

const std::vector<int8_t>& codes(const model::Values& values) {
  return std::get<std::vector<int8_t>>(values);
}

size_t output_index(const model::ConvolutionGeometry& g, model::Layout layout, size_t pixel, size_t channel) {
  return layout == model::Layout::kChannelsFirst ? channel * static_cast<size_t>(g.pixels()) + pixel
                                                 : pixel * static_cast<size_t>(g.out_channels) + channel;
}

/// What post-processing makes of a sum: a code, or the biased sum where the layer is raw.
int32_t finished(const model::PostProcessing& post, size_t channel, int32_t sum) {
  return post.raw() ? hw::wrapping_add(sum, post.bias[channel]) : int32_t{post_process(post, channel, sum)};
}

}  // namespace

IncrementalInference::IncrementalInference(std::shared_ptr<const model::Network> network,
                                           const FunctionalEngine& functional)
    : network_(std::move(network)),
      functional_(functional),
      matrices_(network_->operators.size()),
      sparse_(network_->operators.size()),
      sums_(network_->operators.size()),
      watched_(network_->operators.size()),
      differences_(network_->tensors.size()) {
  for (size_t index = 0; index < network_->operators.size(); ++index) {
    if (const auto* layer = dynamic_cast<const model::MatrixOperator*>(network_->operators[index].get())) {
      matrices_[index] = std::make_unique<const FunctionalMatrix>(*layer, functional_.multipliers().of(index));
      sparse_[index] = std::make_unique<const SparseMatrix>(*layer, functional_.multipliers().of(index).multiplier);
      sums_[index].resize(static_cast<size_t>(layer->geometry.pixels()),
                          static_cast<size_t>(layer->geometry.out_channels));
    }
  }
}

IncrementalInference::~IncrementalInference() = default;

GoldenActivations IncrementalInference::golden(const model::Values& input) const {
  GoldenActivations golden;
  golden.tensors.resize(network_->tensors.size());
  golden.sums.resize(network_->operators.size());
  golden.tensors[static_cast<size_t>(network_->graph_input)] = input;
  for (size_t index = 0; index < network_->operators.size(); ++index) {
    if (matrices_[index] == nullptr) {
      functional_.run_operator(index, golden.tensors);
      continue;
    }
    const auto& layer = dynamic_cast<const model::MatrixOperator&>(*network_->operators[index]);
    const auto channels = static_cast<size_t>(layer.geometry.out_channels);
    std::vector<int32_t> sums =
        matrices_[index]->sums(codes(golden.tensors[static_cast<size_t>(layer.inputs.front())]));
    const auto fill = [&](auto result) {
      for (size_t i = 0; i < sums.size(); ++i) {
        const size_t to = output_index(layer.geometry, layer.layout, i / channels, i % channels);
        result[to] = static_cast<typename decltype(result)::value_type>(finished(layer.post, i % channels, sums[i]));
      }
      golden.tensors[static_cast<size_t>(layer.output)] = std::move(result);
    };
    if (layer.post.raw()) {
      fill(std::vector<int32_t>(sums.size()));
    } else {
      fill(std::vector<int8_t>(sums.size()));
    }
    golden.sums[index] = std::move(sums);
  }
  return golden;
}

void IncrementalInference::begin(const GoldenActivations& golden) {
  if (golden_ != nullptr) {
    restore();
  }
  golden_ = &golden;
  tensors_ = golden.tensors;
}

void IncrementalInference::set_output(size_t operator_index, size_t element, int32_t value) {
  const auto id = static_cast<size_t>(network_->operators[operator_index]->output);
  const auto set = [&](auto& elements, const auto& golden) {
    using Element = typename std::decay_t<decltype(elements)>::value_type;
    const auto now = static_cast<Element>(value);
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
    set(*bytes, std::get<std::vector<int8_t>>(golden_->tensors[id]));
  } else {
    set(std::get<std::vector<int32_t>>(tensors_[id]), std::get<std::vector<int32_t>>(golden_->tensors[id]));
  }
}

bool IncrementalInference::reads_differences(const model::Operator& step) const {
  return std::any_of(step.inputs.begin(), step.inputs.end(),
                     [&](model::TensorId id) { return !differences_[static_cast<size_t>(id)].empty(); });
}

void IncrementalInference::propagate(size_t first, size_t end) {
  for (size_t index = first; index < end; ++index) {
    const model::Operator& step = *network_->operators[index];
    if (sums_[index].empty() && !reads_differences(step)) {
      continue;
    }
    if (matrices_[index] != nullptr) {
      run_matrix(index);
    } else if (const auto* pooling = dynamic_cast<const model::PoolingOperator*>(&step)) {
      run_pooling(index, *pooling);
    } else {
      run_host(index);
    }
  }
}

void IncrementalInference::run_matrix(size_t index) {
  const auto& layer = dynamic_cast<const model::MatrixOperator&>(*network_->operators[index]);
  if (reads_differences(layer)) {
    find_sum_differences(index, layer);
  }
  finish_sums(index, layer);
}

void IncrementalInference::find_sum_differences(size_t index, const model::MatrixOperator& layer) {
  const auto input = static_cast<size_t>(layer.inputs.front());
  const std::vector<int8_t>& now = codes(tensors_[input]);
  const std::vector<int8_t>& before = codes(golden_->tensors[input]);
  const std::vector<size_t>& changed = differences_[input];
  SumDifferences& differences = sums_[index];
  const std::vector<int32_t>& sums = golden_->sums[index];
  const size_t all_products =
      sums.size() * static_cast<size_t>(layer.geometry.taps()) * static_cast<size_t>(layer.planes);
  const bool uniform = functional_.multipliers().of(index).elements == nullptr;
  if (uniform && changed.size() * sparse_[index]->products_per_input() * kCostOfSparseProduct < all_products) {
    for (const size_t element : changed) {
      sparse_[index]->change(element, before[element], now[element], differences);
    }
    return;
  }
  const std::vector<int32_t> whole = matrices_[index]->sums(now);
  const auto channels = static_cast<size_t>(layer.geometry.out_channels);
  for (size_t i = 0; i < sums.size(); ++i) {
    if (whole[i] != sums[i]) {
      differences.add(i / channels, i % channels,
                      static_cast<int32_t>(static_cast<uint32_t>(whole[i]) - static_cast<uint32_t>(sums[i])));
    }
  }
}

/// Post-processing of the sums that differ.
void IncrementalInference::finish_sums(size_t index, const model::MatrixOperator& layer) {
  SumDifferences& differences = sums_[index];
  const std::vector<int32_t>& sums = golden_->sums[index];
  const std::vector<uint8_t>& watched = watched_[index];
  const auto channels = static_cast<size_t>(layer.geometry.out_channels);
  for (const size_t pixel : differences.pixels()) {
    const int32_t* difference = differences.at(pixel);
    for (size_t channel = 0; channel < channels; ++channel) {
      if (difference[channel] == 0) {
        continue;
      }
      const size_t place = pixel * channels + channel;
      watched_sum_differs_ = watched_sum_differs_ || (!watched.empty() && watched[place] != 0);
      const int32_t now = hw::wrapping_add(sums[place], difference[channel]);
      if (farthest_ < Station::kClamp) {
        const ChannelParameters parameters(layer.post, channel);
        reach(farthest_difference(parameters.finished(sums[place]), parameters.finished(now)));
      }
      set_output(index, output_index(layer.geometry, layer.layout, pixel, channel), finished(layer.post, channel, now));
    }
  }
}

int32_t IncrementalInference::pooled(const model::PoolingOperator& layer, const std::vector<int8_t>& input,
                                     size_t channel, size_t pixel) const {
  const model::ConvolutionGeometry& g = layer.geometry;
  const bool maximum = layer.pooling == model::PoolingKind::kMaximum;
  const auto y = static_cast<int64_t>(pixel) / g.out_width * g.stride_y - g.pad_top;
  const auto x = static_cast<int64_t>(pixel) % g.out_width * g.stride_x - g.pad_left;
  const int8_t* plane = input.data() + channel * static_cast<size_t>(g.in_height) * static_cast<size_t>(g.in_width);
  int32_t joined = maximum ? -128 : 0;
  for (int ky = 0; ky < g.kernel_height; ++ky) {
    const int64_t row = y + int64_t{ky} * g.dilation_y;
    for (int kx = 0; kx < g.kernel_width; ++kx) {
      const int64_t column = x + int64_t{kx} * g.dilation_x;
      const bool inside = row >= 0 && row < g.in_height && column >= 0 && column < g.in_width;
      const int32_t code = inside ? plane[row * g.in_width + column] : layer.pad_value;
      if (!maximum) {
        joined = hw::wrapping_add(joined, code);
      } else if (inside) {
        joined = std::max(joined, code);
      }
    }
  }
  return maximum ? joined : finished(layer.post, channel, joined);
}

void IncrementalInference::run_pooling(size_t index, const model::PoolingOperator& layer) {
  const model::ConvolutionGeometry& g = layer.geometry;
  const auto area = static_cast<size_t>(g.in_height) * static_cast<size_t>(g.in_width);
  const auto input = static_cast<size_t>(layer.inputs.front());
  windows_.clear();
  for (const size_t element : differences_[input]) {
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
  const std::vector<int8_t>& now = codes(tensors_[input]);
  for (const size_t window : windows_) {
    set_output(index, window,
               pooled(layer, now, window / static_cast<size_t>(g.pixels()), window % static_cast<size_t>(g.pixels())));
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
  for (SumDifferences& differences : sums_) {
    differences.clear();
  }
  watched_sum_differs_ = false;
  farthest_ = Station::kNone;
}

}  // namespace faultline::engine
