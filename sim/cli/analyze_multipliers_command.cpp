#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "sim/analysis/approximation_effect.h"
#include "sim/cli/command.h"
#include "sim/cli/progress_line.h"
#include "sim/config/multiplier_option.h"
#include "sim/model/dataset.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

struct AnalyzeMultipliersOptions {
  std::vector<std::string> names;
  std::string model;
  std::string data;
  size_t images = 1000;
  size_t calibration_images = 100;
  bool json = false;
};

struct NamedEffect {
  std::string name;
  analysis::ApproximationEffect effect;
};

std::vector<hw::Multiplier> multipliers_of(const AnalyzeMultipliersOptions& options) {
  std::vector<hw::Multiplier> multipliers;
  for (const std::string& name : options.names) {
    multipliers.push_back(config::load_multiplier(config::parse_multiplier(name, "NAME")));
  }
  if (multipliers.empty()) {
    for (const hw::MultiplierFamily& family : hw::multiplier_families()) {
      multipliers.push_back(hw::standard_multiplier(family).table());
    }
  }
  return multipliers;
}

void print_json(const AnalyzeMultipliersOptions& options, const std::vector<NamedEffect>& effects) {
  ordered_json accuracies = ordered_json::array();
  for (const NamedEffect& named : effects) {
    accuracies.push_back({{"multiplier", named.name},
                          {"as_trained", named.effect.as_trained},
                          {"remapped", named.effect.remapped},
                          {"calibrated", named.effect.calibrated},
                          {"both", named.effect.both}});
  }
  const ordered_json json = {{"model", options.model},
                             {"data", options.data},
                             {"images", options.images},
                             {"calibration_images", options.calibration_images},
                             {"accuracy", accuracies}};
  fmt::print("{}\n", json.dump(2));
}

void print_table(const std::vector<NamedEffect>& effects) {
  fmt::print("{:<34}{:>12}{:>12}{:>12}{:>12}\n", "accuracy, %", "as trained", "remapped", "calibrated", "both");
  for (const NamedEffect& named : effects) {
    const analysis::ApproximationEffect& effect = named.effect;
    fmt::print("{:<34}{:>12.2f}{:>12.2f}{:>12.2f}{:>12.2f}\n", named.name, 100 * effect.as_trained,
               100 * effect.remapped, 100 * effect.calibrated, 100 * effect.both);
  }
}

int analyze(const AnalyzeMultipliersOptions& options) {
  const std::vector<hw::Multiplier> multipliers = multipliers_of(options);
  const model::Dataset calibration =
      model::load_dataset(options.data, model::Split::kTrain, options.calibration_images);
  const model::Dataset evaluation = model::load_dataset(options.data, model::Split::kTest, options.images);
  const analysis::ApproximationStudy study(options.model, calibration, evaluation);
  std::vector<NamedEffect> effects;
  {
    ProgressLine progress;
    for (const hw::Multiplier& multiplier : multipliers) {
      effects.push_back({multiplier.name(), study.effect_of(multiplier)});
      progress.update(effects.size(), multipliers.size());
    }
  }
  if (options.json) {
    print_json(options, effects);
  } else {
    print_table(effects);
  }
  return 0;
}

std::function<int()> configure_analyze_multipliers(CLI::App& app) {
  auto options = std::make_shared<AnalyzeMultipliersOptions>();
  app.add_option("names", options->names, "Multipliers, as --multiplier of run takes them; none: every family's");
  app.add_option("--model", options->model, "Network (ONNX, int8)")->required();
  app.add_option("--data", options->data, "Images: mnist:DIR, cifar10:DIR or builtin:digits")->required();
  app.add_option("--images", options->images, "Test images to classify; 0: all")->capture_default_str();
  app.add_option("--calibration-images", options->calibration_images, "Training images to calibrate biases with")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return analyze(*options); };
}

const Registration kRegistration{{"analyze multipliers",
                                  "Accuracy with multipliers, before and after remapping and calibration",
                                  configure_analyze_multipliers}};

}  // namespace
}  // namespace faultline::cli
