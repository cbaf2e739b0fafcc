#include "sim/model/classification.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace faultline::model {
namespace {

const Operator* writer_of(const Network& network, TensorId tensor) {
  for (const auto& step : network.operators) {
    if (step->output == tensor) {
      return step.get();
    }
  }
  return nullptr;
}

}  // namespace

TensorId logits_tensor(const Network& network) {
  TensorId tensor = network.graph_outputs.front();
  for (const Operator* step = writer_of(network, tensor); step != nullptr; step = writer_of(network, tensor)) {
    if (step->kind == "Softmax" || step->kind == "LogSoftmax" || step->kind == "QLinearSoftmax") {
      return step->inputs.front();
    }
    if (step->kind != "DequantizeLinear" && step->kind != "QuantizeLinear") {
      break;
    }
    tensor = step->inputs.front();
  }
  return network.graph_outputs.front();
}

std::vector<double> real_values(const TensorInfo& info, const Values& values) {
  return std::visit(
      [&info](const auto& elements) {
        std::vector<double> real(elements.begin(), elements.end());
        if (info.type == ElementType::kInt8 || info.type == ElementType::kInt16) {
          std::transform(real.begin(), real.end(), real.begin(), [&info](double code) {
            return info.quantisation.scale * (code - info.quantisation.zero_point);
          });
        }
        return real;
      },
      values);
}

size_t best_class(const std::vector<double>& logits) {
  const auto less = [](double a, double b) { return a < b || (std::isnan(a) && !std::isnan(b)); };
  return static_cast<size_t>(std::max_element(logits.begin(), logits.end(), less) - logits.begin());
}

Classification classify(std::vector<double> logits) {
  Classification result;
  for (double& logit : logits) {
    logit = std::isnan(logit) ? -std::numeric_limits<double>::infinity() : logit;
  }
  result.best = best_class(logits);
  const auto best = logits.begin() + static_cast<std::ptrdiff_t>(result.best);
  result.tie = std::count(logits.begin(), logits.end(), *best) > 1;
  double sum = 0;
  for (const double logit : logits) {
    result.confidences.push_back(logit == *best ? 1.0 : std::exp(logit - *best));
    sum += result.confidences.back();
  }
  for (double& confidence : result.confidences) {
    confidence /= sum;
  }
  result.logits = std::move(logits);
  return result;
}

Classification classify(const Network& network, const std::vector<Values>& tensors) {
  const TensorId tensor = logits_tensor(network);
  return classify(real_values(network.tensor(tensor), tensors[static_cast<size_t>(tensor)]));
}

}  // namespace faultline::model
