#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "sim/campaign/output_file.h"
#include "sim/cli/command.h"
#include "sim/cli/progress_line.h"
#include "sim/config/multiplier_option.h"
#include "sim/harden/clip_design.h"
#include "sim/harden/clip_profile.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "sim/model/operand_width.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

struct HardenClipOptions {
  std::string model;
  std::string data;
  std::string multiplier = "exact";
  size_t images = 1000;
  std::string per = "layer";
  std::string outside = "clamp";
  std::string out;
  bool json = false;
};

/// The least and the largest code that a layer gave without the design.
std::pair<int32_t, int32_t> clamp_of(const model::Network& network, const std::string& layer) {
  for (const auto& step : network.operators) {
    const model::PostProcessing* post = harden::requantisation_of(*step);
    if (step->name == layer && post != nullptr) {
      return {post->low, post->high};
    }
  }
  return {-128, 127};
}

/// How many codes a channel may give, on average over the channels.
double mean_codes(const harden::ClipBounds& bounds) {
  double codes = 0;
  for (const model::CodeRange& channel : bounds.channels) {
    codes += channel.high - channel.low + 1;
  }
  return codes / static_cast<double>(bounds.channels.size());
}

ordered_json to_json(const harden::ClipDesign& design, const model::Network& network, size_t images,
                     const HardenClipOptions& options) {
  ordered_json layers = ordered_json::array();
  for (const harden::ClipBounds& bounds : design.layers) {
    const auto [low, high] = clamp_of(network, bounds.layer);
    layers.push_back({{"name", bounds.layer},
                      {"low", bounds.low},
                      {"high", bounds.high},
                      {"clamp", {{"low", low}, {"high", high}}}});
    for (const model::CodeRange& channel : bounds.channels) {
      layers.back()["channels"].push_back({{"low", channel.low}, {"high", channel.high}});
    }
  }
  return {{"model", design.model},
          {"model_sha256", design.model_sha256},
          {"data", options.data},
          {"images", images},
          {"per", options.per},
          {"outside", options.outside},
          {"multiplier", options.multiplier},
          {"layers", layers}};
}

void print_text(const harden::ClipDesign& design, const model::Network& network, size_t images) {
  const bool by_channel = !design.layers.empty() && !design.layers.front().channels.empty();
  fmt::print("bounds of {} layers over {} training images\n", design.layers.size(), images);
  fmt::print("  {:<20}{:>6}{:>6}{:>12}{:>6}{}\n", "layer", "low", "high", "clamp: low", "high",
             by_channel ? "  channels  codes a channel, mean" : "");
  for (const harden::ClipBounds& bounds : design.layers) {
    const auto [low, high] = clamp_of(network, bounds.layer);
    fmt::print("  {:<20}{:>6}{:>6}{:>12}{:>6}", bounds.layer, bounds.low, bounds.high, low, high);
    if (by_channel) {
      fmt::print("{:>10}{:>23.1f}", bounds.channels.size(), mean_codes(bounds));
    }
    fmt::print("\n");
  }
}

int harden_clip(const HardenClipOptions& options) {
  const hw::Multiplier multiplier =
      config::load_multiplier(config::parse_multiplier(options.multiplier, "--multiplier"));
  const auto network = std::make_shared<const model::Network>(model::import_onnx(options.model));
  model::require_8_bit_operands(*network, "harden clip");
  const model::Dataset dataset = model::load_dataset(options.data, model::Split::kTrain, options.images);
  model::check_dataset_fits(*network, dataset);
  const harden::ClipGrain grain = options.per == "channel" ? harden::ClipGrain::kChannel : harden::ClipGrain::kLayer;
  harden::ClipDesign design;
  design.model = options.model;
  design.model_sha256 = network->sha256;
  design.zeroes = options.outside == "zero";
  {
    ProgressLine progress;
    design.layers = harden::profile_bounds(network, multiplier, grain, dataset,
                                           [&](size_t done, size_t total) { progress.update(done, total); });
  }
  campaign::OutputFile file(options.out);
  file.write(to_yaml(design));
  file.finish();
  if (options.json) {
    fmt::print("{}\n", to_json(design, *network, dataset.size(), options).dump(2));
  } else {
    print_text(design, *network, dataset.size());
  }
  return 0;
}

std::function<int()> configure_harden_clip(CLI::App& app) {
  auto options = std::make_shared<HardenClipOptions>();
  app.add_option("--model", options->model, "Network (ONNX, int8)")->required();
  app.add_option("--data", options->data, "Training images: mnist:DIR, cifar10:DIR or builtin:digits")->required();
  app.add_option("--images", options->images, "How many images; 0: all")->capture_default_str();
  app.add_option("--per", options->per, "What has bounds of its own: layer, or channel (of each layer)")
      ->check(CLI::IsMember({"layer", "channel"}))
      ->capture_default_str();
  app.add_option("--outside", options->outside,
                 "What becomes of a code outside: clamp (the bound), or zero (the code of 0)")
      ->check(CLI::IsMember({"clamp", "zero"}))
      ->capture_default_str();
  app.add_option("--multiplier", options->multiplier, "Multiplier of the array, as for run")->capture_default_str();
  app.add_option("--out", options->out, "Clip design file (YAML); - for stdout")->required();
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return harden_clip(*options); };
}

const Registration kRegistration{{"harden clip",
                                  "Bounds to which layers clip their outputs, from what training images give",
                                  configure_harden_clip}};

}  // namespace
}  // namespace faultline::cli
