#include "sim/train/training.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "sim/config/user_error.h"
#include "sim/model/onnx_export.h"
#include "sim/model/quantise.h"
#include "sim/train/zoo.h"

namespace faultline::train {
namespace {

using model::Dataset;

constexpr size_t kCalibrationImages = 2000;

std::string extents(const model::Shape& shape) {
  return fmt::format("{}", fmt::join(shape, "x"));
}

void check_out(const std::string& out) {
  const std::filesystem::path directory = std::filesystem::absolute(out).parent_path();
  std::error_code ignored;
  if (std::filesystem::is_directory(out, ignored) || access(directory.c_str(), W_OK) != 0) {
    throw UserError(out, 0, "cannot be written", "name a file in a directory that exists and can be written");
  }
}

void check_fit(const model::FloatNetwork& network, const Dataset& data) {
  if (data.shape != network.input_shape) {
    throw UserError("--data", 0, fmt::format("{} has images of {}", data.source, extents(data.shape)),
                    fmt::format("{} takes {}", network.name, extents(network.input_shape)));
  }
}

Dataset first_images(const Dataset& data, size_t count) {
  Dataset part = data;
  part.labels.resize(std::min(count, data.size()));
  part.pixels.resize(part.size() * static_cast<size_t>(model::element_count(data.shape)));
  return part;
}

}  // namespace

TrainingResult train_network(const TrainingRequest& request, const EpochReport& report) {
  model::FloatNetwork network = build_zoo_network(request.network);
  if (request.settings.epochs < 1) {
    throw UserError("--epochs", 0, fmt::format("{} epochs", request.settings.epochs), "ask for at least 1");
  }
  if (request.bits != 8 && request.bits != 12 && request.bits != 16) {
    throw UserError("--bits", 0, fmt::format("{} bits", request.bits), "give 8, 12 or 16");
  }
  if (!(request.headroom >= 1)) {
    throw UserError("--headroom", 0, fmt::format("{} would cut activations off", request.headroom), "give 1 or more");
  }
  if (request.weight_bits && (*request.weight_bits < 2 || *request.weight_bits > request.bits)) {
    throw UserError("--weight-bits", 0, fmt::format("{} bits", *request.weight_bits),
                    fmt::format("give 2 to {}, the bits of an operand", request.bits));
  }
  check_out(request.out);
  check_fit(network, model::load_dataset(request.data, model::Split::kTest, 1));
  const TrainFunction train = load_trainer();
  const Dataset test = model::load_dataset(request.data, model::Split::kTest, 0);
  const Dataset data = model::load_dataset(request.data, model::Split::kTrain, 0);
  check_fit(network, data);

  TrainingResult result;
  train(network, data, request.settings, [&](int epoch, double loss) {
    result.loss = loss;
    report(epoch, loss);
  });
  const model::QuantisedNetwork quantised =
      model::quantise(network, first_images(data, kCalibrationImages), hw::OperandFormat{request.bits},
                      request.headroom, request.weight_bits);
  model::write_onnx(quantised, request.out);
  result.train_images = data.size();
  result.test_images = test.size();
  result.data_sha256 = data.sha256;
  result.float_accuracy = model::float_accuracy(network, test);
  result.quantised_accuracy = model::quantised_accuracy(quantised, test);
  return result;
}

}  // namespace faultline::train
