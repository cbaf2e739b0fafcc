#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "sim/analysis/neuron_scores.h"
#include "sim/campaign/output_file.h"
#include "sim/cli/command.h"
#include "sim/config/user_error.h"
#include "sim/harden/hardened_design.h"
#include "sim/harden/neuron_selection.h"
#include "sim/model/onnx_import.h"
#include "sim/model/operand_width.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

struct HardenNeuronsOptions {
  std::string scheme;
  std::string model;
  std::string nvf;
  harden::SelectionTerms terms;
  std::string out;
  bool json = false;
};

ordered_json to_json(const harden::HardenedDesign& design, const harden::NeuronSelection& selection,
                     size_t extra_words) {
  ordered_json layers = ordered_json::array();
  for (const harden::ProtectedLayer& layer : design.layers) {
    layers.push_back({{"name", layer.name}, {"neurons", layer.neurons.size()}});
  }
  ordered_json unprotectable = ordered_json::array();
  for (const harden::UnprotectableNeurons& layer : selection.unprotectable) {
    unprotectable.push_back({{"name", layer.layer}, {"neurons", layer.neurons}, {"reason", layer.reason}});
  }
  return {{"model", design.model},
          {"scheme", design.scheme},
          {"considered", selection.considered},
          {"chosen", selection.chosen},
          {"protected", design.neuron_count()},
          {"extra_words", extra_words},
          {"layers", layers},
          {"not_protectable", unprotectable}};
}

void print_text(const harden::HardenedDesign& design, const harden::NeuronSelection& selection, size_t extra_words) {
  fmt::print("{} of {} neurons chosen, {} protected by {}: {} more words in the output buffer\n", selection.chosen,
             selection.considered, design.neuron_count(), design.scheme, extra_words);
  for (const harden::ProtectedLayer& layer : design.layers) {
    fmt::print("  {:<20}{:>8}\n", layer.name, layer.neurons.size());
  }
  for (const harden::UnprotectableNeurons& layer : selection.unprotectable) {
    fmt::print("  {:<20}{:>8} cannot be: {}\n", layer.layer, layer.neurons, layer.reason);
  }
}

int harden_neurons(const HardenNeuronsOptions& options) {
  if (options.terms.threshold.has_value() == options.terms.top_percent.has_value()) {
    throw UserError("command line", 0, "it is not said which neurons to choose", "give --threshold or --top-percent");
  }
  const model::Network network = model::import_onnx(options.model);
  model::require_8_bit_operands(network, "harden");
  const harden::NeuronScheme& scheme = harden::find_neuron_scheme(options.scheme, "command line");
  harden::NeuronSelection selection =
      harden::select_neurons(network, scheme, analysis::read_neuron_scores(options.nvf, network), options.terms);
  harden::HardenedDesign design;
  design.model = options.model;
  design.model_sha256 = network.sha256;
  design.scheme = options.scheme;
  design.layers = std::move(selection.layers);
  campaign::OutputFile file(options.out);
  file.write(to_yaml(design));
  file.finish();
  const size_t extra_words = design.neuron_count() * static_cast<size_t>(scheme.words() - 1);
  if (options.json) {
    fmt::print("{}\n", to_json(design, selection, extra_words).dump(2));
  } else {
    print_text(design, selection, extra_words);
  }
  return 0;
}

std::function<int()> configure_harden_neurons(CLI::App& app, const std::string& scheme) {
  auto options = std::make_shared<HardenNeuronsOptions>();
  options->scheme = scheme;
  app.add_option("--model", options->model, "Network (ONNX, int8)")->required();
  app.add_option("--nvf", options->nvf, "Analysis of its neurons (.npz), from faultline analyze nvf")->required();
  app.add_option("--threshold", options->terms.threshold, "Neurons with at least this vulnerability factor")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--top-percent", options->terms.top_percent, "This percentage of the neurons, the most vulnerable")
      ->check(CLI::Range(0.0, 100.0));
  app.add_option("--layer", options->terms.layer, "Only neurons of this layer");
  app.add_option("--out", options->out, "Hardened design file (YAML); - for stdout")->required();
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return harden_neurons(*options); };
}

Command command(const std::string& name, const std::string& scheme, const std::string& description) {
  return {name, description, [scheme](CLI::App& app) { return configure_harden_neurons(app, scheme); }};
}

const Registration kSplit{
    command("harden split-lcu", "lcu", "Split the most vulnerable neurons, for a lightweight correction unit")};
const Registration kTriple{command("harden tmr", "tmr", "Triple the most vulnerable neurons")};
const Registration kDual{command("harden dmr", "dmr", "Double the most vulnerable neurons, to detect faults")};

}  // namespace
}  // namespace faultline::cli
