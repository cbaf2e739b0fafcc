#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include <fmt/format.h>

#include "sim/cli/command.h"
#include "sim/model/dataset_source.h"
#include "sim/train/training.h"
#include "sim/train/zoo.h"

namespace faultline::cli {
namespace {

struct Options {
  train::TrainingRequest request;
  bool json = false;
};

/// CLI11 would turn -1 into 2^64 - 1.
std::string not_negative(const std::string& text) {
  return !text.empty() && text.front() == '-' ? text + " is negative; give a whole number from 0" : "";
}

void report_json(const Options& options, const train::TrainingResult& result, double seconds) {
  const nlohmann::ordered_json document = {
      {"network", options.request.network},
      {"data", options.request.data},
      {"data_sha256", result.data_sha256},
      {"epochs", options.request.settings.epochs},
      {"seed", options.request.settings.seed},
      {"headroom", options.request.headroom},
      {"weight_bits", options.request.weight_bits.value_or(options.request.bits)},
      {"out", options.request.out},
      {"train_images", result.train_images},
      {"test_images", result.test_images},
      {"loss", result.loss},
      {"float_accuracy", result.float_accuracy},
      {fmt::format("int{}_accuracy", options.request.bits), result.quantised_accuracy},
      {"wall_s", seconds},
  };
  fmt::print("{}\n", document.dump(2));
}

int run(const Options& options) {
  const auto start = std::chrono::steady_clock::now();
  const train::TrainingResult result = train::train_network(options.request, [&](int epoch, double loss) {
    fmt::print(stderr, "epoch {:>2} of {}: loss {:.4f}\n", epoch, options.request.settings.epochs, loss);
  });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (options.json) {
    report_json(options, result, seconds);
  } else {
    fmt::print(
        "{} trained on {} images in {:.0f} s\naccuracy on {} test images: {:.2f} % in float, {:.2f} % in int{}\n",
        options.request.out, result.train_images, seconds, result.test_images, 100 * result.float_accuracy,
        100 * result.quantised_accuracy, options.request.bits);
  }
  return 0;
}

std::function<int()> configure_train(CLI::App& app) {
  auto options = std::make_shared<Options>();
  train::TrainingRequest& request = options->request;
  app.add_option("--network", request.network, "One of " + train::zoo_names())->required();
  app.add_option("--data", request.data, "One of " + model::dataset_forms())->required();
  app.add_option("--out", request.out, "ONNX file to write")->required();
  app.add_option("--epochs", request.settings.epochs, "Passes over the training images")->capture_default_str();
  app.add_option("--seed", request.settings.seed, "Seed of every random choice")
      ->capture_default_str()
      ->check(not_negative);
  app.add_option("--bits", request.bits, "Width of weights and activations: 8, 12 or 16")->capture_default_str();
  app.add_option("--headroom", request.headroom, "Range of the hidden layers' codes, over what activations need")
      ->capture_default_str();
  app.add_option(
      "--weight-bits", request.weight_bits,
      "Bits that weights use of these, from 2; fewer leave upper bits that a check of weights can put right");
  app.add_flag("--json", options->json, "Print the result as JSON");
  return [options] { return run(*options); };
}

const Registration kRegistration{
    {"train", "Train a network of the zoo, quantise it and write it as ONNX (needs LibTorch)", configure_train}};

}  // namespace
}  // namespace faultline::cli
