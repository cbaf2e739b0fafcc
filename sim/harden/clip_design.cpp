#include "sim/harden/clip_design.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/config/yaml_reader.h"
#include "sim/harden/code_ranges.h"
#include "sim/harden/design_file.h"

namespace faultline::harden {
namespace {

using config::YamlValue;

ClipBounds read_bounds(const YamlValue& section, const std::vector<ClipBounds>& before) {
  section.check_keys("a layer", {"name", "low", "high"});
  ClipBounds bounds = channel_bounds(section.require("name").text("name"), read_code_ranges(section));
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
  return fmt::format("{{name: {}, {}}}", quoted(bounds.layer), code_ranges_text(bounds.channels, ", "));
}

void clip_layer(model::PostProcessing& post, const ClipBounds& bounds, const ClipDesign& design) {
  if (!bounds.channels.empty() && bounds.channels.size() != post.factor.size()) {
    throw UserError(
        design.file, bounds.line,
        fmt::format("'{}' has {} channels, not {}", bounds.layer, post.factor.size(), bounds.channels.size()),
        "give each channel one of both, or one number for all");
  }
  const model::CodeRange all = {bounds.low, bounds.high};
  if (design.zeroes) {
    const std::vector<model::CodeRange> one_for_all(post.factor.size(), all);
    zero_outside(post, bounds.channels.empty() ? one_for_all : bounds.channels);
    return;
  }
  const model::CodeRange clamp = {post.low, post.high};
  const model::CodeRange kept = narrowed(clamp, std::vector<model::CodeRange>{all}).front();
  post.low = kept.low;
  post.high = kept.high;
  post.channel_range = narrowed(clamp, bounds.channels);
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
  return zeroes ||
         std::any_of(layers.begin(), layers.end(), [](const ClipBounds& bounds) { return !bounds.channels.empty(); });
}

ClipDesign read_clip_design(const std::string& path) {
  const YamlValue root = config::read_yaml(path);
  root.check_keys("a clip design", {"model", "model_sha256", "outside", "layers"});
  ClipDesign design;
  design.file = path;
  design.model = root.require("model").text("model");
  design.model_sha256 = root.require("model_sha256").text("model_sha256");
  if (const auto outside = root.find("outside")) {
    design.zeroes = outside->text("outside") == "zero";
    if (!design.zeroes && outside->text("outside") != "clamp") {
      outside->fail(fmt::format("outside is '{}'", outside->text("outside")), "give clamp or zero");
    }
  }
  for (const YamlValue& section : root.require("layers").items("layers")) {
    design.layers.push_back(read_bounds(section, design.layers));
  }
  return design;
}

std::string to_yaml(const ClipDesign& design) {
  std::string text =
      fmt::format("# The codes that each layer may give, before its table.\nmodel: {}\nmodel_sha256: {}\n{}layers:{}\n",
                  quoted(design.model), quoted(design.model_sha256), design.zeroes ? "outside: zero\n" : "",
                  design.layers.empty() ? " []" : "");
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

void zero_outside(model::PostProcessing& post, const std::vector<model::CodeRange>& channels) {
  post.channel_range = narrowed({post.low, post.high}, channels);
  post.zero_outside = true;
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
    clip_layer(*post, bounds, design);
  }
}

}  // namespace faultline::harden
