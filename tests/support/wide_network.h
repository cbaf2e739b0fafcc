#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "sim/model/network.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"

namespace faultline::test {

/// ConstantOperator with codes of 16 bits.
class WideConstantOperator : public model::HostOperator {
 public:
  explicit WideConstantOperator(std::vector<int16_t> codes) : codes_(std::move(codes)) {}
  model::Values evaluate(const std::vector<const model::Values*>&) const override { return codes_; }

 private:
  std::vector<int16_t> codes_;
};

inline void widen(LayerMaker& maker, hw::OperandFormat format, model::PostProcessing& post) {
  const size_t channels = post.bias.size();
  post.bias.clear();
  post.table.clear();
  for (size_t channel = 0; channel < channels; ++channel) {
    post.wide_bias.push_back(maker.wide_number(maker.one_in(4) ? format.sum_bits() : format.product_bits() + 4));
  }
  for (hw::FixedPointFactor& factor : post.factor) {
    factor.shift = maker.between(32 + format.operand_bits, std::min(63, 34 + 2 * format.operand_bits));
  }
  if (!post.raw()) {
    post.zero_point = maker.one_in(2) ? 0 : maker.wide_code(format);
    post.low = maker.one_in(2) ? format.lowest() : maker.between(format.lowest(), 0);
    post.high = maker.one_in(2) ? format.highest() : maker.between(1, format.highest());
  }
}

/// Turns a network of random 8-bit layers into one of random wide ones.
inline std::shared_ptr<model::Network> widened(LayerMaker& maker, hw::OperandFormat format,
                                               std::shared_ptr<model::Network> network) {
  network->format = format;
  for (model::TensorInfo& tensor : network->tensors) {
    tensor.type = tensor.type == model::ElementType::kInt8 ? model::ElementType::kInt16 : model::ElementType::kInt64;
  }
  for (auto& step : network->operators) {
    if (auto* matrix = dynamic_cast<model::MatrixOperator*>(step.get())) {
      matrix->format = format;
      matrix->wide_weights = maker.wide_codes(static_cast<int64_t>(matrix->weights.size()), format);
      matrix->weights.clear();
      widen(maker, format, matrix->post);
    } else if (auto* pooling = dynamic_cast<model::PoolingOperator*>(step.get())) {
      pooling->format = format;
      widen(maker, format, pooling->post);
    } else {
      const auto count = model::element_count(network->tensor(step->output).shape);
      auto constant = std::make_unique<WideConstantOperator>(maker.wide_codes(count, format));
      static_cast<model::Operator&>(*constant) = std::move(*step);
      step = std::move(constant);
    }
  }
  return network;
}

}  // namespace faultline::test
