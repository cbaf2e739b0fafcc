#include "sim/harden/hardened_design.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/user_error.h"
#include "sim/config/yaml_reader.h"
#include "sim/harden/channel_places.h"
#include "sim/harden/code_ranges.h"
#include "sim/harden/design_file.h"

namespace faultline::harden {
namespace {

using config::YamlValue;

constexpr size_t kMostNeurons = size_t{1} << 28;  // no tensor has more elements

/// "17" or "17-20".
struct NeuronRange {
  size_t first = 0;
  size_t last = 0;
};

NeuronRange read_range(const YamlValue& value) {
  const std::string text = value.text("a neuron");
  const char* const end = text.data() + text.size();
  NeuronRange range;
  std::from_chars_result read = std::from_chars(text.data(), end, range.first);
  range.last = range.first;
  if (read.ec == std::errc() && read.ptr != end && *read.ptr == '-') {
    read = std::from_chars(read.ptr + 1, end, range.last);
  }
  if (read.ec != std::errc() || read.ptr != end || range.last < range.first || range.last >= kMostNeurons) {
    value.fail(fmt::format("'{}' is no neuron", text), "give numbers from 0, or ranges such as 17-20");
  }
  return range;
}

std::vector<size_t> read_neurons(const YamlValue& list) {
  std::vector<size_t> neurons;
  for (const YamlValue& item : list.items("neurons")) {
    const NeuronRange range = read_range(item);
    if (!neurons.empty() && range.first <= neurons.back()) {
      item.fail(fmt::format("neuron {} does not follow {}", range.first, neurons.back()), "list each once, ascending");
    }
    const size_t before = neurons.size();
    neurons.resize(before + range.last - range.first + 1);
    std::iota(neurons.begin() + static_cast<std::ptrdiff_t>(before), neurons.end(), range.first);
  }
  return neurons;
}

ProtectedLayer read_layer(const YamlValue& section, const NeuronScheme& scheme,
                          const std::vector<ProtectedLayer>& before) {
  section.check_keys("a layer", scheme.has_intervals() ? std::vector<std::string>{"name", "neurons", "low", "high"}
                                                       : std::vector<std::string>{"name", "neurons"});
  ProtectedLayer layer;
  layer.line = section.line();
  layer.name = section.require("name").text("name");
  if (std::any_of(before.begin(), before.end(), [&](const auto& other) { return other.name == layer.name; })) {
    section.fail(fmt::format("layer '{}' is given twice", layer.name), "list its neurons together");
  }
  layer.neurons = read_neurons(section.require("neurons"));
  if (scheme.has_intervals()) {
    layer.intervals = read_code_ranges(section);
  }
  return layer;
}

/// 3, 17-20, 31
std::vector<std::string> ranges_of(const std::vector<size_t>& neurons) {
  std::vector<std::string> ranges;
  for (size_t i = 0; i < neurons.size();) {
    size_t end = i + 1;
    while (end < neurons.size() && neurons[end] == neurons[end - 1] + 1) {
      ++end;
    }
    ranges.push_back(end == i + 1 ? fmt::format("{}", neurons[i]) : fmt::format("{}-{}", neurons[i], neurons[end - 1]));
    i = end;
  }
  return ranges;
}

/// Throws unless there is an interval for each channel, and channels are protected as a whole.
void check_channels(const HardenedDesign& design, const ProtectedLayer& layer, const model::MatrixOperator& matrix) {
  const ChannelPlaces places = channels_of(matrix);
  if (layer.intervals.size() != places.channels) {
    throw UserError(
        design.file, layer.line,
        fmt::format("'{}' has {} channels and {} intervals", layer.name, places.channels, layer.intervals.size()),
        "give each channel a low and a high");
  }
  std::vector<size_t> neurons(places.channels);
  for (const size_t neuron : layer.neurons) {
    ++neurons[places.channel_of(neuron)];
  }
  for (size_t channel = 0; channel < neurons.size(); ++channel) {
    if (neurons[channel] != 0 && neurons[channel] != places.pixels) {
      throw UserError(design.file, layer.line,
                      fmt::format("{} of the {} neurons of channel {} of '{}' are protected", neurons[channel],
                                  places.pixels, channel, layer.name),
                      fmt::format("{} protects whole channels: name all of them, or none", design.scheme));
    }
  }
}

FoundLayer find_layer(const HardenedDesign& design, const ProtectedLayer& layer, const model::Network& network) {
  const auto fail = [&](const std::string& wrong, const std::string& right) -> void {
    throw UserError(design.file, layer.line, wrong, right);
  };
  const auto found = std::find_if(network.operators.begin(), network.operators.end(),
                                  [&](const auto& step) { return step->name == layer.name; });
  const auto* matrix =
      found == network.operators.end() ? nullptr : dynamic_cast<const model::MatrixOperator*>(found->get());
  if (matrix == nullptr) {
    fail(fmt::format("'{}' is no layer of the network that multiplies", layer.name), "name a convolution or a matrix");
  }
  const model::TensorInfo& output = network.tensor(matrix->output);
  const auto elements = static_cast<size_t>(model::element_count(output.shape));
  const std::string obstacle =
      find_neuron_scheme(design.scheme, design.file).obstacle(*matrix, output.quantisation.zero_point);
  if (!obstacle.empty()) {
    fail(fmt::format("'{}' cannot be protected by {}: {}", layer.name, design.scheme, obstacle),
         "leave the layer out, or use another scheme");
  }
  if (!layer.neurons.empty() && layer.neurons.back() >= elements) {
    fail(fmt::format("'{}' has no neuron {}", layer.name, layer.neurons.back()),
         fmt::format("its neurons are 0 to {}", elements - 1));
  }
  if (find_neuron_scheme(design.scheme, design.file).has_intervals()) {
    check_channels(design, layer, *matrix);
  }
  return {static_cast<size_t>(found - network.operators.begin()), output.quantisation.zero_point, &layer};
}

}  // namespace

size_t HardenedDesign::neuron_count() const {
  return std::accumulate(layers.begin(), layers.end(), size_t{0},
                         [](size_t sum, const ProtectedLayer& layer) { return sum + layer.neurons.size(); });
}

HardenedDesign read_hardened_design(const std::string& path) {
  const YamlValue root = config::read_yaml(path);
  root.check_keys("a hardened design", {"model", "model_sha256", "scheme", "layers"});
  HardenedDesign design;
  design.file = path;
  design.model = root.require("model").text("model");
  design.model_sha256 = root.require("model_sha256").text("model_sha256");
  const YamlValue scheme = root.require("scheme");
  design.scheme = scheme.text("scheme");
  const NeuronScheme& found = find_neuron_scheme(design.scheme, path, scheme.line());
  for (const YamlValue& section : root.require("layers").items("layers")) {
    design.layers.push_back(read_layer(section, found, design.layers));
  }
  return design;
}

std::string to_yaml(const HardenedDesign& design) {
  std::string text = fmt::format(
      "# Neurons to protect: elements of each layer's output, row-major (channel, y, x).\n"
      "model: {}\nmodel_sha256: {}\nscheme: {}\nlayers:{}\n",
      quoted(design.model), quoted(design.model_sha256), design.scheme, design.layers.empty() ? " []" : "");
  constexpr size_t kRangesPerLine = 16;
  for (const ProtectedLayer& layer : design.layers) {
    text += fmt::format("  - name: {}\n    neurons: [", quoted(layer.name));
    const std::vector<std::string> ranges = ranges_of(layer.neurons);
    for (size_t i = 0; i < ranges.size(); ++i) {
      text += i == 0 ? "" : i % kRangesPerLine == 0 ? ",\n      " : ", ";
      text += ranges[i];
    }
    text += "]\n";
    if (!layer.intervals.empty()) {
      text += fmt::format("    {}\n", code_ranges_text(layer.intervals, "\n    "));
    }
  }
  return text;
}

std::vector<FoundLayer> find_layers(const HardenedDesign& design, const model::Network& network) {
  check_model(design.file, design.model, design.model_sha256, network);
  std::vector<FoundLayer> found;
  for (const ProtectedLayer& layer : design.layers) {
    found.push_back(find_layer(design, layer, network));
  }
  std::sort(found.begin(), found.end(),
            [](const FoundLayer& a, const FoundLayer& b) { return a.operator_index < b.operator_index; });
  return found;
}

}  // namespace faultline::harden
