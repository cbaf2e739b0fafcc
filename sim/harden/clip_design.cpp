#include "sim/harden/clip_design.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/config/yaml_reader.h"
#include "sim/harden/design_file.h"

namespace faultline::harden {
namespace {

using config::YamlValue;

ClipBounds read_bounds(const YamlValue& section, const std::vector<ClipBounds>& before) {
  section.check_keys("a layer", {"name", "low", "high"});
  ClipBounds bounds;
  bounds.line = section.line();
  bounds.layer = section.require("name").text("name");
  bounds.low = static_cast<int32_t>(section.require("low").integer("low", -128, 127));
  bounds.high = static_cast<int32_t>(section.require("high").integer("high", -128, 127));
  if (bounds.low > bounds.high) {
    section.fail(fmt::format("low {} is above high {}", bounds.low, bounds.high), "exchange them");
  }
  if (std::any_of(before.begin(), before.end(), [&](const auto& other) { return other.layer == bounds.layer; })) {
    section.fail(fmt::format("layer '{}' is given twice", bounds.layer), "keep one of them");
  }
  return bounds;
}

}  // namespace

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
    text += fmt::format("  - {{name: {}, low: {}, high: {}}}\n", quoted(bounds.layer), bounds.low, bounds.high);
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
    // A clamp that lies outside the bounds keeps one code.
    post->low = std::clamp(post->low, bounds.low, bounds.high);
    post->high = std::clamp(post->high, bounds.low, bounds.high);
  }
}

}  // namespace faultline::harden
