#include "sim/harden/clip_design.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/user_error.h"
#include "sim/config/yaml_reader.h"
#include "sim/harden/design_file.h"

namespace faultline::harden {
namespace {

using config::YamlValue;

/// One number, or a list of one for each channel.
std::vector<int32_t> read_codes(const YamlValue& value, const std::string& name) {
  const auto code = [&name](const YamlValue& one) { return static_cast<int32_t>(one.integer(name, -128, 127)); };
  if (!value.is_sequence()) {
    return {code(value)};
  }
  const std::vector<YamlValue> items = value.items(name);
  std::vector<int32_t> codes;
  std::transform(items.begin(), items.end(), std::back_inserter(codes), code);
  return codes;
}

std::vector<model::CodeRange> read_ranges(const YamlValue& section) {
  const std::vector<int32_t> low = read_codes(section.require("low"), "low");
  const std::vector<int32_t> high = read_codes(section.require("high"), "high");
  if (low.size() != high.size() || low.empty()) {
    section.fail(fmt::format("low has {} codes, high has {}", low.size(), high.size()),
                 "give each channel one of both, or one number for all");
  }
  std::vector<model::CodeRange> ranges;
  for (size_t channel = 0; channel < low.size(); ++channel) {
    if (low[channel] > high[channel]) {
      section.fail(fmt::format("low {} is above high {}", low[channel], high[channel]), "exchange them");
    }
    ranges.push_back({low[channel], high[channel]});
  }
  return ranges;
}

ClipBounds read_bounds(const YamlValue& section, const std::vector<ClipBounds>& before) {
  section.check_keys("a layer", {"name", "low", "high"});
  ClipBounds bounds = channel_bounds(section.require("name").text("name"), read_ranges(section));
  bounds.line = section.line();
  if (!section.require("low").is_sequence() && !section.require("high").is_sequence()) {
    bounds.channels.clear();
  }
  if (std::any_of(before.begin(), before.end(), [&](const auto& other) { return other.layer == bounds.layer; })) {
    section.fail(fmt::format("layer '{}' is given twice", bounds.layer), "keep one of them");
  }
  return bounds;
}

/// "{name: conv1, low: -128, high: 96}", or with lists.
std::string to_yaml(const ClipBounds& bounds) {
  if (bounds.channels.empty()) {
    return fmt::format("{{name: {}, low: {}, high: {}}}", quoted(bounds.layer), bounds.low, bounds.high);
  }
  std::vector<int32_t> low, high;
  for (const model::CodeRange& range : bounds.channels) {
    low.push_back(range.low);
    high.push_back(range.high);
  }
  return fmt::format("{{name: {}, low: [{}], high: [{}]}}", quoted(bounds.layer), fmt::join(low, ", "),
                     fmt::join(high, ", "));
}

/// What is left of a clamp within bounds; one code of it where it lies outside them.
model::CodeRange narrowed(model::CodeRange clamp, model::CodeRange bounds) {
  return {std::clamp(clamp.low, bounds.low, bounds.high), std::clamp(clamp.high, bounds.low, bounds.high)};
}

void clip_layer(model::PostProcessing& post, const ClipBounds& bounds, const std::string& file) {
  const model::CodeRange clamp = {post.low, post.high};
  if (!bounds.channels.empty() && bounds.channels.size() != post.factor.size()) {
    throw UserError(
        file, bounds.line,
        fmt::format("'{}' has {} channels, not {}", bounds.layer, post.factor.size(), bounds.channels.size()),
        "give each channel one of both, or one number for all");
  }
  const model::CodeRange all = narrowed(clamp, {bounds.low, bounds.high});
  post.low = all.low;
  post.high = all.high;
  post.channel_range.clear();
  std::transform(bounds.channels.begin(), bounds.channels.end(), std::back_inserter(post.channel_range),
                 [&](const model::CodeRange& channel) { return narrowed(clamp, channel); });
}

}  // namespace

ClipBounds channel_bounds(const std::string& layer, std::vector<model::CodeRange> channels) {
  ClipBounds bounds{layer, 127, -128};
  for (const model::CodeRange& channel : channels) {
    bounds.low = std::min(bounds.low, channel.low);
    bounds.high = std::max(bounds.high, channel.high);
  }
  bounds.channels = std::move(channels);
  return bounds;
}

bool ClipDesign::by_channel() const {
  return std::any_of(layers.begin(), layers.end(), [](const ClipBounds& bounds) { return !bounds.channels.empty(); });
}

ClipDesign read_clip_design(const std::string& path) {
  const YamlValue root = config::read_yaml(path);
  root.check_keys("a clip design", {"model", "model_sha256", "layers"});
  ClipDesign design;
  design.file = path;
  design.model = root.require("model").text("model");
  design.model_sha256 = root.require("model_sha256").text("model_sha256");
  for (const YamlValue& section : root.require("layers").items("layers")) {
    design.layers.push_back(read_bounds(section, design.layers));
  }
  return design;
}

std::string to_yaml(const ClipDesign& design) {
  std::string text =
      fmt::format("# The codes that each layer may give, before its table.\nmodel: {}\nmodel_sha256: {}\nlayers:{}\n",
                  quoted(design.model), quoted(design.model_sha256), design.layers.empty() ? " []" : "");
  for (const ClipBounds& bounds : design.layers) {
    text += fmt::format("  - {}\n", to_yaml(bounds));
  }
  return text;
}

const model::PostProcessing* requantisation_of(const model::Operator& layer) {
  const model::PostProcessing* post = nullptr;
  if (const auto* matrix = dynamic_cast<const model::MatrixOperator*>(&layer)) {
    post = &matrix->post;
  } else if (const auto* pooling = dynamic_cast<const model::PoolingOperator*>(&layer)) {
    post = pooling->pooling == model::PoolingKind::kSum ? &pooling->post : nullptr;
  }
  return post == nullptr || post->raw() ? nullptr : post;
}

model::PostProcessing* requantisation_of(model::Operator& layer) {
  return const_cast<model::PostProcessing*>(requantisation_of(static_cast<const model::Operator&>(layer)));
}

void clip_network(model::Network& network, const ClipDesign& design) {
  check_model(design.file, design.model, design.model_sha256, network);
  for (const ClipBounds& bounds : design.layers) {
    const auto found = std::find_if(network.operators.begin(), network.operators.end(),
                                    [&](const auto& step) { return step->name == bounds.layer; });
    model::PostProcessing* post = found == network.operators.end() ? nullptr : requantisation_of(**found);
    if (post == nullptr) {
      throw UserError(design.file, bounds.line,
                      fmt::format("'{}' is no layer of the network that gives requantised codes", bounds.layer),
                      "name a convolution, a matrix or a sum pooling with int8 outputs");
    }
    clip_layer(*post, bounds, design.file);
  }
}

}  // namespace faultline::harden
