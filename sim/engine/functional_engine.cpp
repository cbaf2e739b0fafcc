#include "sim/engine/functional_engine.h"

#include <stdexcept>
#include <string>

#include "sim/engine/functional_matrix.h"
#include "sim/engine/functional_pooling.h"
#include "sim/engine/wide_matrix.h"

namespace faultline::engine {
namespace {

size_t size_of(const model::Values& values) {
  return std::visit([](const auto& elements) { return elements.size(); }, values);
}

/// The alternative of Values that holds a type's elements.
size_t alternative(model::ElementType type) {
  return model::zero_values(type, 0).index();
}

const std::vector<int8_t>& codes_of(const std::vector<const model::Values*>& inputs) {
  return std::get<std::vector<int8_t>>(*inputs[0]);
}

const std::vector<int16_t>& wide_codes_of(const std::vector<const model::Values*>& inputs) {
  return std::get<std::vector<int16_t>>(*inputs[0]);
}

using OperatorStep = std::function<model::Values(const std::vector<const model::Values*>& inputs)>;

OperatorStep matrix_step(const model::MatrixOperator& matrix, const LayerMultipliers::Layer& multiplier) {
  if (matrix.format.wide()) {
    auto prepared = std::make_shared<const WideMatrix>(matrix, multiplier);
    return [prepared](const auto& inputs) { return prepared->run(wide_codes_of(inputs)); };
  }
  auto prepared = std::make_shared<const FunctionalMatrix>(matrix, multiplier);
  return [prepared](const auto& inputs) { return prepared->run(codes_of(inputs)); };
}

OperatorStep pooling_step(const model::PoolingOperator& pooling) {
  if (pooling.format.wide()) {
    return [&pooling](const auto& inputs) { return pool(pooling, wide_codes_of(inputs)); };
  }
  return [&pooling](const auto& inputs) { return pool(pooling, codes_of(inputs)); };
}

}  // namespace

FunctionalEngine::FunctionalEngine(std::shared_ptr<const model::Network> network, LayerMultipliers multipliers)
    : network_(std::move(network)), multipliers_(std::move(multipliers)) {
  for (size_t index = 0; index < network_->operators.size(); ++index) {
    const auto& step = network_->operators[index];
    if (const auto* matrix = dynamic_cast<const model::MatrixOperator*>(step.get())) {
      steps_.push_back(matrix_step(*matrix, multipliers_.of(index)));
    } else if (const auto* pooling = dynamic_cast<const model::PoolingOperator*>(step.get())) {
      steps_.push_back(pooling_step(*pooling));
    } else {
      const auto& host = dynamic_cast<const model::HostOperator&>(*step);
      steps_.emplace_back([&host](const auto& inputs) { return host.evaluate(inputs); });
    }
  }
}

std::vector<model::Values> FunctionalEngine::run(const model::Values& input) const {
  const model::TensorInfo& info = network_->tensor(network_->graph_input);
  if (input.index() != alternative(info.type) ||
      size_of(input) != static_cast<size_t>(model::element_count(info.shape))) {
    throw std::invalid_argument("input does not have the type or size of '" + info.name + "'");
  }
  std::vector<model::Values> tensors(network_->tensors.size());
  tensors[static_cast<size_t>(network_->graph_input)] = input;
  run_from(0, tensors);
  return tensors;
}

void FunctionalEngine::run_from(size_t first, std::vector<model::Values>& tensors) const {
  for (size_t index = first; index < steps_.size(); ++index) {
    run_operator(index, tensors);
  }
}

void FunctionalEngine::run_operator(size_t index, std::vector<model::Values>& tensors) const {
  const model::Operator& step = *network_->operators[index];
  std::vector<const model::Values*> inputs;
  inputs.reserve(step.inputs.size());
  for (const model::TensorId id : step.inputs) {
    inputs.push_back(&tensors[static_cast<size_t>(id)]);
  }
  tensors[static_cast<size_t>(step.output)] = steps_[index](inputs);
}

}  // namespace faultline::engine
