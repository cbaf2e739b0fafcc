// The only file that sees LibTorch.
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include <torch/torch.h>

#include "sim/train/batches.h"
#include "sim/train/trainer.h"

namespace faultline::train {
namespace {

constexpr int kThreads = 2;  // fixed: sums in floating point depend on how they are divided
constexpr size_t kBatchSize = 64;
constexpr double kLearningRate = 1e-3;
constexpr double kFinalLearningRate = 1e-5;
constexpr double kPi = 3.14159265358979323846;

/// Builds LibTorch's modules for the layers, in order, and remembers which weights belong where.
class TorchNetwork {
 public:
  explicit TorchNetwork(model::FloatNetwork& network) : network_(network) {
    for (model::FloatLayer& layer : network_.layers) {
      std::visit([this](auto& kind) { add(kind); }, layer.kind);
    }
  }

  torch::nn::Sequential& modules() { return modules_; }

  /// Copies the trained weights into the network that the constructor was given.
  void store_weights() const {
    for (const Link& link : links_) {
      store(link.trained_weights, *link.weights);
      store(link.trained_bias, *link.bias);
    }
  }

 private:
  struct Link {
    torch::Tensor trained_weights, trained_bias;
    std::vector<float>* weights;
    std::vector<float>* bias;
  };

  static void store(const torch::Tensor& trained, std::vector<float>& values) {
    const torch::Tensor flat = trained.detach().contiguous();
    values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  }

  void add(model::FloatConvolution& layer) {
    torch::nn::Conv2d module(
        torch::nn::Conv2dOptions(layer.in_channels, layer.out_channels, layer.kernel).padding(layer.padding));
    links_.push_back({module->weight, module->bias, &layer.weights, &layer.bias});
    modules_->push_back(module);
  }
  void add(model::FloatFullyConnected& layer) {
    torch::nn::Linear module(layer.in_features, layer.out_features);
    links_.push_back({module->weight, module->bias, &layer.weights, &layer.bias});
    modules_->push_back(module);
  }
  void add(model::FloatRelu&) { modules_->push_back(torch::nn::ReLU()); }
  void add(model::FloatTanh&) { modules_->push_back(torch::nn::Tanh()); }
  void add(model::FloatMaximumPooling& layer) { modules_->push_back(torch::nn::MaxPool2d(layer.window)); }
  void add(model::FloatFlatten&) { modules_->push_back(torch::nn::Flatten()); }

  model::FloatNetwork& network_;
  torch::nn::Sequential modules_;
  std::vector<Link> links_;
};

/// Falls from the first to the final rate along half a cosine; `progress` in [0, 1].
double learning_rate(double progress) {
  return kFinalLearningRate + (kLearningRate - kFinalLearningRate) * 0.5 * (1 + std::cos(kPi * progress));
}

void set_learning_rate(torch::optim::Adam& optimizer, double rate) {
  for (torch::optim::OptimizerParamGroup& group : optimizer.param_groups()) {
    group.options().set_lr(rate);
  }
}

/// One step of gradient descent; returns the batch's loss, summed over its images.
double step(torch::nn::Sequential& modules, torch::optim::Adam& optimizer, Batch& batch, const model::Shape& shape) {
  const auto images = static_cast<int64_t>(batch.labels.size());
  const torch::Tensor pixels = torch::from_blob(batch.pixels.data(), {images, shape[0], shape[1], shape[2]});
  const torch::Tensor labels = torch::from_blob(batch.labels.data(), {images}, torch::kLong);
  optimizer.zero_grad();
  torch::Tensor loss = torch::nn::functional::cross_entropy(modules->forward(pixels), labels);
  loss.backward();
  optimizer.step();
  return loss.item<double>() * static_cast<double>(images);
}

void train(model::FloatNetwork& network, const model::Dataset& data, const TrainingSettings& settings,
           const EpochReport& report) {
  torch::set_num_threads(kThreads);
  torch::manual_seed(settings.seed);
  TorchNetwork torch_network(network);
  torch::optim::Adam optimizer(torch_network.modules()->parameters());
  for (int epoch = 1; epoch <= settings.epochs; ++epoch) {
    const Batches batches(data, settings.seed, epoch, kBatchSize);
    double loss = 0;
    for (size_t index = 0; index < batches.count(); ++index) {
      const double done = static_cast<double>(index) / static_cast<double>(batches.count());
      set_learning_rate(optimizer, learning_rate((epoch - 1 + done) / settings.epochs));
      Batch batch = batches.batch(index);
      loss += step(torch_network.modules(), optimizer, batch, data.shape);
    }
    report(epoch, loss / static_cast<double>(data.size()));
  }
  torch_network.store_weights();
}

}  // namespace
}  // namespace faultline::train

/// What load_trainer() looks up; see TrainFunction.
extern "C" __attribute__((visibility("default"))) void faultline_train(
    faultline::model::FloatNetwork& network, const faultline::model::Dataset& data,
    const faultline::train::TrainingSettings& settings, const faultline::train::EpochReport& report) {
  faultline::train::train(network, data, settings, report);
}
