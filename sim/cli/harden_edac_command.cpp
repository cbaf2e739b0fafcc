#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "sim/analysis/neuron_scores.h"
#include "sim/campaign/output_file.h"
#include "sim/cli/command.h"
#include "sim/cli/progress_line.h"
#include "sim/config/multiplier_option.h"
#include "sim/config/user_error.h"
#include "sim/harden/channel_duplication.h"
#include "sim/harden/clip_profile.h"
#include "sim/harden/hardened_design.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "sim/model/operand_width.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

struct HardenEdacOptions {
  std::string model;
  std::string nvf;
  harden::SelectionTerms terms;
  std::string data;
  std::string multiplier = "exact";
  size_t images = 1000;
  std::string out;
  bool json = false;
};

/// Channels of a layer that are duplicated.
size_t channels_duplicated(const harden::ChannelSelection& selection, const std::string& layer) {
  for (const harden::DuplicatedChannels& duplicated : selection.layers) {
    if (duplicated.layer == layer) {
      return duplicated.channels.size();
    }
  }
  return 0;
}

ordered_json to_json(const harden::HardenedDesign& design, const harden::ChannelSelection& selection,
                     const HardenEdacOptions& options, size_t images) {
  ordered_json layers = ordered_json::array();
  for (const harden::ProtectedLayer& layer : design.layers) {
    layers.push_back({{"name", layer.name},
                      {"channels", layer.intervals.size()},
                      {"duplicated", channels_duplicated(selection, layer.name)},
                      {"neurons", layer.neurons.size()}});
  }
  ordered_json unprotectable = ordered_json::array();
  for (const harden::UnprotectableNeurons& layer : selection.unprotectable) {
    unprotectable.push_back({{"name", layer.layer}, {"channels", layer.neurons}, {"reason", layer.reason}});
  }
  return {{"model", design.model},
          {"scheme", design.scheme},
          {"data", options.data},
          {"images", images},
          {"multiplier", options.multiplier},
          {"considered", selection.considered},
          {"chosen", selection.chosen},
          {"protected", design.neuron_count()},
          {"extra_words", design.neuron_count()},
          {"layers", layers},
          {"not_protectable", unprotectable}};
}

void print_text(const harden::HardenedDesign& design, const harden::ChannelSelection& selection, size_t images) {
  fmt::print("{} of {} channels chosen, and all of the last layer: {} neurons in two copies\n", selection.chosen,
             selection.considered, design.neuron_count());
  fmt::print("intervals of all channels over {} training images\n", images);
  for (const harden::ProtectedLayer& layer : design.layers) {
    fmt::print("  {:<20}{:>6} of {:>5} channels{:>8} neurons\n", layer.name, channels_duplicated(selection, layer.name),
               layer.intervals.size(), layer.neurons.size());
  }
  for (const harden::UnprotectableNeurons& layer : selection.unprotectable) {
    fmt::print("  {:<20}{:>6} channels cannot be: {}\n", layer.layer, layer.neurons, layer.reason);
  }
}

int harden_edac(const HardenEdacOptions& options) {
  if (options.terms.threshold.has_value() == options.terms.top_percent.has_value()) {
    throw UserError("command line", 0, "it is not said which channels to duplicate",
                    "give --threshold or --channels-percent");
  }
  const hw::Multiplier multiplier =
      config::load_multiplier(config::parse_multiplier(options.multiplier, "--multiplier"));
  const auto network = std::make_shared<const model::Network>(model::import_onnx(options.model));
  model::require_8_bit_operands(*network, "harden");
  const model::Dataset dataset = model::load_dataset(options.data, model::Split::kTrain, options.images);
  model::check_dataset_fits(*network, dataset);
  harden::HardenedDesign design;
  design.model = options.model;
  design.model_sha256 = network->sha256;
  design.scheme = "edac";
  const harden::ChannelSelection selection =
      harden::select_channels(*network, harden::find_neuron_scheme(design.scheme, "command line"),
                              analysis::read_neuron_scores(options.nvf, *network), options.terms);
  {
    ProgressLine progress;
    design.layers = harden::duplicated_layers(
        *network, selection.layers,
        harden::profile_bounds(network, multiplier, harden::ClipGrain::kChannel, dataset,
                               [&](size_t done, size_t total) { progress.update(done, total); }));
  }
  campaign::OutputFile file(options.out);
  file.write(to_yaml(design));
  file.finish();
  if (options.json) {
    fmt::print("{}\n", to_json(design, selection, options, dataset.size()).dump(2));
  } else {
    print_text(design, selection, dataset.size());
  }
  return 0;
}

std::function<int()> configure_harden_edac(CLI::App& app) {
  auto options = std::make_shared<HardenEdacOptions>();
  app.add_option("--model", options->model, "Network (ONNX, int8)")->required();
  app.add_option("--nvf", options->nvf, "Analysis of its neurons (.npz), from faultline analyze nvf")->required();
  app.add_option("--threshold", options->terms.threshold,
                 "Channels whose neurons have at least this vulnerability factor on average")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--channels-percent", options->terms.top_percent,
                 "This percentage of the channels, the most vulnerable")
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--data", options->data, "Training images: mnist:DIR, cifar10:DIR or builtin:digits")->required();
  app.add_option("--images", options->images, "How many images; 0: all")->capture_default_str();
  app.add_option("--multiplier", options->multiplier, "Multiplier of the array, as for run")->capture_default_str();
  app.add_option("--out", options->out, "Hardened design file (YAML); - for stdout")->required();
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return harden_edac(*options); };
}

const Registration kRegistration{{"harden edac",
                                  "Compute the most vulnerable channels twice, and check all against what training "
                                  "images give",
                                  configure_harden_edac}};

}  // namespace
}  // namespace faultline::cli
