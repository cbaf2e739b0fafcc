#include "sim/analysis/nvf_file.h"

#include <nlohmann/json.hpp>

#include "sim/config/user_error.h"
#include "sim/model/npz.h"

namespace faultline::analysis {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void fail(const std::string& path, const std::string& wrong) {
  throw UserError(path, 0, wrong, "give a file that faultline analyze nvf has written");
}

/// One row per neuron, all layers after one another.
template <typename Element>
class Rows {
 public:
  explicit Rows(std::vector<int64_t> row_shape = {}) : row_shape_(std::move(row_shape)) {}
  void add(Element value) { values_.push_back(value); }
  model::NpyArray array(size_t rows) && {
    row_shape_.insert(row_shape_.begin(), static_cast<int64_t>(rows));
    return {row_shape_, std::move(values_)};
  }

 private:
  std::vector<int64_t> row_shape_;
  std::vector<Element> values_;
};

model::NpyArray text_array(const std::string& text) {
  return {{static_cast<int64_t>(text.size())}, std::vector<uint8_t>(text.begin(), text.end())};
}

ordered_json about(const NvfAnalysis& analysis) {
  ordered_json layers = ordered_json::array();
  for (const LayerVulnerability& layer : analysis.layers) {
    layers.push_back(
        {{"name", layer.layer.name}, {"operator", layer.layer.operator_index}, {"neurons", layer.layer.neurons}});
  }
  return {{"model", analysis.model},    {"model_sha256", analysis.model_sha256}, {"data", analysis.data},
          {"split", analysis.split},    {"multiplier", analysis.multiplier},     {"images", analysis.images},
          {"layers", std::move(layers)}};
}

void read_about(const ordered_json& json, NvfAnalysis& analysis) {
  analysis.model = json.at("model").get<std::string>();
  analysis.model_sha256 = json.at("model_sha256").get<std::string>();
  analysis.data = json.at("data").get<std::string>();
  analysis.split = json.at("split").get<std::string>();
  analysis.multiplier = json.at("multiplier").get<std::string>();
  analysis.images = json.at("images").get<size_t>();
  for (const ordered_json& layer : json.at("layers")) {
    NeuronLayer known{layer.at("operator").get<size_t>(), layer.at("name").get<std::string>(),
                      layer.at("neurons").get<size_t>()};
    analysis.layers.push_back({std::move(known), {}});
  }
}

/// The integers of an array of `neurons` rows of `columns`.
const std::vector<int32_t>& integers(const model::NpzArrays& arrays, const std::string& name, int64_t neurons,
                                     int64_t columns, const std::string& path) {
  const auto found = arrays.find(name);
  const auto* values = found == arrays.end() ? nullptr : std::get_if<std::vector<int32_t>>(&found->second.data);
  if (values == nullptr || found->second.shape != std::vector<int64_t>{neurons, columns}) {
    fail(path, "has no array '" + name + "' of one row per neuron");
  }
  return *values;
}

}  // namespace

void write_nvf(const std::string& path, const NvfAnalysis& analysis) {
  Rows<int32_t> layer_of, element_of;
  Rows<int32_t> flips({kCodeBits}), upper({kCodeBits}), lower({kCodeBits}), ranges({4});
  Rows<float> exact, paper;
  size_t rows = 0;
  for (size_t layer = 0; layer < analysis.layers.size(); ++layer) {
    const std::vector<NeuronVulnerability>& neurons = analysis.layers[layer].neurons;
    for (size_t element = 0; element < neurons.size(); ++element, ++rows) {
      const NeuronVulnerability& neuron = neurons[element];
      layer_of.add(static_cast<int32_t>(layer));
      element_of.add(static_cast<int32_t>(element));
      exact.add(static_cast<float>(neuron.nvf_exact(analysis.images)));
      paper.add(static_cast<float>(neuron.nvf_paper(analysis.images)));
      for (size_t bit = 0; bit < kCodeBits; ++bit) {
        flips.add(static_cast<int32_t>(neuron.critical_flips[bit]));
        upper.add(static_cast<int32_t>(neuron.upper_thresholds[bit]));
        lower.add(static_cast<int32_t>(neuron.lower_thresholds[bit]));
      }
      ranges.add(-neuron.greatest_lower);
      ranges.add(-neuron.least_lower);
      ranges.add(neuron.least_upper);
      ranges.add(neuron.greatest_upper);
    }
  }
  model::NpzArrays arrays;
  arrays["about"] = text_array(about(analysis).dump());
  arrays["layer"] = std::move(layer_of).array(rows);
  arrays["element"] = std::move(element_of).array(rows);
  arrays["nvf_exact"] = std::move(exact).array(rows);
  arrays["nvf_paper"] = std::move(paper).array(rows);
  arrays["critical_flips"] = std::move(flips).array(rows);
  arrays["upper_thresholds"] = std::move(upper).array(rows);
  arrays["lower_thresholds"] = std::move(lower).array(rows);
  arrays["ranges"] = std::move(ranges).array(rows);
  model::write_npz(path, arrays);
}

NvfAnalysis read_nvf(const std::string& path) {
  const model::NpzArrays arrays = model::read_npz(path);
  const auto described = arrays.find("about");
  const auto* text = described == arrays.end() ? nullptr : std::get_if<std::vector<uint8_t>>(&described->second.data);
  if (text == nullptr) {
    fail(path, "does not say what was analysed");
  }
  NvfAnalysis analysis;
  try {
    read_about(ordered_json::parse(text->begin(), text->end()), analysis);
  } catch (const ordered_json::exception&) {
    fail(path, "does not say what was analysed");
  }
  int64_t rows = 0;
  for (const LayerVulnerability& layer : analysis.layers) {
    rows += static_cast<int64_t>(layer.layer.neurons);
  }
  const auto& flips = integers(arrays, "critical_flips", rows, kCodeBits, path);
  const auto& upper = integers(arrays, "upper_thresholds", rows, kCodeBits, path);
  const auto& lower = integers(arrays, "lower_thresholds", rows, kCodeBits, path);
  const auto& ranges = integers(arrays, "ranges", rows, 4, path);
  size_t row = 0;
  for (LayerVulnerability& layer : analysis.layers) {
    layer.neurons.resize(layer.layer.neurons);
    for (NeuronVulnerability& neuron : layer.neurons) {
      for (size_t bit = 0; bit < kCodeBits; ++bit) {
        const size_t at = row * kCodeBits + bit;
        neuron.critical_flips[bit] = static_cast<uint32_t>(flips[at]);
        neuron.upper_thresholds[bit] = static_cast<uint32_t>(upper[at]);
        neuron.lower_thresholds[bit] = static_cast<uint32_t>(lower[at]);
      }
      neuron.greatest_lower = -ranges[4 * row];
      neuron.least_lower = -ranges[4 * row + 1];
      neuron.least_upper = ranges[4 * row + 2];
      neuron.greatest_upper = ranges[4 * row + 3];
      ++row;
    }
  }
  return analysis;
}

}  // namespace faultline::analysis
