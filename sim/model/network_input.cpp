#include "sim/model/network_input.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/user_error.h"

namespace faultline::model {
namespace {

constexpr int kOffset = 128;  // between uint8 codes and what is stored for them

Shape without_ones(const Shape& shape) {
  Shape kept;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(kept), [](int64_t extent) { return extent != 1; });
  return kept;
}

std::string text(const Shape& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

template <typename Element>
std::vector<Element> slice(const std::vector<Element>& all, size_t index, size_t count) {
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(index * count);
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

template <typename Element>
std::vector<Element> joined(const std::vector<Values>& samples) {
  std::vector<Element> all;
  for (const Values& sample : samples) {
    const auto& elements = std::get<std::vector<Element>>(sample);
    all.insert(all.end(), elements.begin(), elements.end());
  }
  return all;
}

Values sample_of(const NpyArray& array, size_t index, size_t count) {
  if (const auto* real = std::get_if<std::vector<float>>(&array.data)) {
    return slice(*real, index, count);
  }
  if (const auto* codes = std::get_if<std::vector<int8_t>>(&array.data)) {
    return slice(*codes, index, count);
  }
  std::vector<int8_t> stored;
  for (const uint8_t code : slice(std::get<std::vector<uint8_t>>(array.data), index, count)) {
    stored.push_back(static_cast<int8_t>(code - kOffset));
  }
  return stored;
}

bool type_matches(const TensorInfo& info, const NpyArray& array) {
  if (info.type == ElementType::kFloat32) {
    return std::holds_alternative<std::vector<float>>(array.data);
  }
  return info.declared_unsigned ? std::holds_alternative<std::vector<uint8_t>>(array.data)
                                : std::holds_alternative<std::vector<int8_t>>(array.data);
}

std::string type_name(const TensorInfo& info) {
  return info.type == ElementType::kFloat32 ? "float32" : info.declared_unsigned ? "uint8" : "int8";
}

}  // namespace

void check_dataset_fits(const Network& network, const Dataset& dataset) {
  const Shape& input = network.tensor(network.graph_input).shape;
  const bool flat = input.size() == 1 && input[0] == element_count(dataset.shape);
  if (!flat && without_ones(input) != without_ones(dataset.shape)) {
    throw UserError(network.file, 0,
                    fmt::format("takes inputs of shape {} but the images of {} are {}", text(input), dataset.source,
                                text(dataset.shape)),
                    "choose a data set of that shape");
  }
}

Values network_input(const Network& network, const uint8_t* image) {
  const TensorInfo& info = network.tensor(network.graph_input);
  const auto count = static_cast<size_t>(element_count(info.shape));
  if (info.type == ElementType::kFloat32) {
    std::vector<float> real(count);
    std::transform(image, image + count, real.begin(),
                   [](uint8_t pixel) { return static_cast<float>(pixel) / 255.0F; });
    return real;
  }
  std::vector<int8_t> codes(count);
  std::transform(image, image + count, codes.begin(),
                 [](uint8_t pixel) { return static_cast<int8_t>(pixel - kOffset); });
  return codes;
}

std::vector<Values> network_inputs(const Network& network, const Dataset& dataset) {
  std::vector<Values> inputs;
  for (size_t index = 0; index < dataset.size(); ++index) {
    inputs.push_back(network_input(network, dataset.image(index)));
  }
  return inputs;
}

std::vector<Values> network_inputs(const Network& network, const NpyArray& array, const std::string& file) {
  const TensorInfo& info = network.tensor(network.graph_input);
  Shape sample = array.shape;
  int64_t batch = 1;
  if (sample != info.shape && !sample.empty()) {
    batch = sample.front();
    sample.erase(sample.begin());
  }
  if (sample != info.shape || batch < 1) {
    throw UserError(file, 0, fmt::format("has shape {}", text(array.shape)),
                    fmt::format("{} takes (N, {})", network.file, fmt::join(info.shape, ", ")));
  }
  if (!type_matches(info, array)) {
    throw UserError(file, 0, "has another element type than the network's input",
                    network.file + " takes " + type_name(info));
  }
  std::vector<Values> samples;
  for (size_t index = 0; index < static_cast<size_t>(batch); ++index) {
    samples.push_back(sample_of(array, index, static_cast<size_t>(element_count(info.shape))));
  }
  return samples;
}

NpyArray network_outputs(const Network& network, const std::vector<Values>& samples) {
  const TensorInfo& info = network.tensor(network.graph_outputs.front());
  NpyArray array;
  array.shape = info.shape;
  array.shape.insert(array.shape.begin(), static_cast<int64_t>(samples.size()));
  if (info.type == ElementType::kInt8 && info.declared_unsigned) {
    std::vector<uint8_t> codes;
    for (const int8_t stored : joined<int8_t>(samples)) {
      codes.push_back(static_cast<uint8_t>(stored + kOffset));
    }
    array.data = std::move(codes);
  } else if (info.type == ElementType::kInt8) {
    array.data = joined<int8_t>(samples);
  } else if (info.type == ElementType::kInt32) {
    array.data = joined<int32_t>(samples);
  } else {
    array.data = joined<float>(samples);
  }
  return array;
}

}  // namespace faultline::model
