#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "sim/analysis/nvf_file.h"
#include "sim/analysis/nvf_summary.h"
#include "sim/cli/command.h"
#include "sim/cli/progress_line.h"
#include "sim/config/multiplier_option.h"
#include "sim/config/user_error.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "sim/model/operand_width.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

struct AnalyzeNvfOptions {
  std::string model;
  std::string data;
  std::string split = "train";
  std::string multiplier = "exact";
  size_t images = 200;
  size_t jobs = 0;
  std::string out;
  bool json = false;
};

ordered_json to_json(const analysis::NvfAnalysis& analysis, const analysis::NvfSummary& summary) {
  ordered_json thresholds = ordered_json::array();
  for (const analysis::NvfThreshold& threshold : summary.thresholds) {
    thresholds.push_back({{"nvf", threshold.nvf},
                          {"neurons", threshold.neurons},
                          {"portion", summary.portion(threshold.neurons)},
                          {"paper_neurons", threshold.paper_neurons},
                          {"paper_portion", summary.portion(threshold.paper_neurons)}});
  }
  ordered_json layers = ordered_json::array();
  for (const analysis::NvfLayerSummary& layer : summary.layers) {
    layers.push_back({{"name", layer.name},
                      {"neurons", layer.neurons},
                      {"never_critical", layer.never_critical},
                      {"nvf_exact", {{"mean", layer.mean_exact}, {"largest", layer.largest_exact}}},
                      {"nvf_paper", {{"mean", layer.mean_paper}, {"largest", layer.largest_paper}}},
                      {"gap",
                       {{"mean", layer.mean_gap},
                        {"mean_absolute", layer.mean_absolute_gap},
                        {"largest_absolute", layer.largest_absolute_gap}}}});
  }
  return {{"model", analysis.model},
          {"model_sha256", analysis.model_sha256},
          {"data", analysis.data},
          {"split", analysis.split},
          {"images", analysis.images},
          {"multiplier", analysis.multiplier},
          {"neurons", summary.neurons},
          {"thresholds", thresholds},
          {"layers", layers}};
}

void print_table(const analysis::NvfAnalysis& analysis, const analysis::NvfSummary& summary) {
  fmt::print("{}: {} neurons over {} images of {} ({})\n", analysis.model, summary.neurons, analysis.images,
             analysis.data, analysis.split);
  fmt::print("{:<12}{:>10}{:>10}{:>14}{:>10}\n", "NVF at least", "neurons", "%", "by the paper", "%");
  for (const analysis::NvfThreshold& threshold : summary.thresholds) {
    fmt::print("{:<12.2f}{:>10}{:>10.2f}{:>14}{:>10.2f}\n", threshold.nvf, threshold.neurons,
               100 * summary.portion(threshold.neurons), threshold.paper_neurons,
               100 * summary.portion(threshold.paper_neurons));
  }
  fmt::print("{:<20}{:>9}{:>16}{:>12}{:>12}{:>12}{:>14}\n", "layer", "neurons", "never critical", "mean NVF", "largest",
             "paper mean", "mean |gap|");
  for (const analysis::NvfLayerSummary& layer : summary.layers) {
    fmt::print("{:<20}{:>9}{:>16}{:>12.4f}{:>12.4f}{:>12.4f}{:>14.4f}\n", layer.name, layer.neurons,
               layer.never_critical, layer.mean_exact, layer.largest_exact, layer.mean_paper, layer.mean_absolute_gap);
  }
}

int analyze(const AnalyzeNvfOptions& options) {
  const hw::Multiplier multiplier =
      config::load_multiplier(config::parse_multiplier(options.multiplier, "--multiplier"));
  const auto network = std::make_shared<const model::Network>(model::import_onnx(options.model));
  model::require_8_bit_operands(*network, "analyze nvf");
  const auto split = options.split == "train" ? model::Split::kTrain : model::Split::kTest;
  const model::Dataset dataset = model::load_dataset(options.data, split, options.images);
  model::check_dataset_fits(*network, dataset);
  analysis::NvfAnalysis analysis;
  analysis.model = options.model;
  analysis.model_sha256 = network->sha256;
  analysis.data = options.data;
  analysis.split = options.split;
  analysis.multiplier = multiplier.name();
  analysis.images = dataset.size();
  const analysis::AnalysedImages images{
      dataset.size(), [&](size_t index) { return model::network_input(*network, dataset.image(index)); }};
  {
    ProgressLine progress;
    analysis.layers = analysis::analyse_neurons(network, multiplier, images, options.jobs,
                                                [&](size_t done) { progress.update(done, images.count); });
  }
  if (!options.out.empty()) {
    analysis::write_nvf(options.out, analysis);
  }
  const analysis::NvfSummary summary = analysis::summarise(analysis);
  if (options.json) {
    fmt::print("{}\n", to_json(analysis, summary).dump(2));
  } else {
    print_table(analysis, summary);
  }
  return 0;
}

std::function<int()> configure_analyze_nvf(CLI::App& app) {
  auto options = std::make_shared<AnalyzeNvfOptions>();
  app.add_option("--model", options->model, "Network (ONNX, int8)")->required();
  app.add_option("--data", options->data, "Images: mnist:DIR, cifar10:DIR or builtin:digits")->required();
  app.add_option("--images", options->images, "How many images; 0: all")->capture_default_str();
  app.add_option("--split", options->split, "train or test: which images")
      ->check(CLI::IsMember({"train", "test"}))
      ->capture_default_str();
  app.add_option("--multiplier", options->multiplier, "Multiplier of the array, as for run")->capture_default_str();
  app.add_option("--jobs", options->jobs, "Threads; 0: one per core")->capture_default_str();
  app.add_option("--out", options->out, "Write every neuron's figures (.npz)");
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return analyze(*options); };
}

const Registration kRegistration{{"analyze nvf",
                                  "Vulnerability factors: which share of flips of each neuron changes the class",
                                  configure_analyze_nvf}};

}  // namespace
}  // namespace faultline::cli
