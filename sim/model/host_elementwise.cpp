#include "sim/model/host_elementwise.h"

#include <algorithm>
#include <cmath>

namespace faultline::model {
namespace {

size_t place(const std::vector<int32_t>& positions, size_t index) {
  return positions.empty() ? index : static_cast<size_t>(positions[index]);
}

std::vector<int64_t> contributions(const QuantisedSum::Operand& operand, const Quantisation& result) {
  const double factor = operand.sign * operand.quantisation.scale / result.scale;
  // Contributions beyond the int8 range by this much saturate whatever the other operand adds in practice, and two of
  // them still fit into 64 bits.
  constexpr double kLimit = 1 << 29;
  std::vector<int64_t> table;
  for (int32_t code = -128; code < 128; ++code) {
    const double value = std::clamp(factor * (code - operand.quantisation.zero_point), -kLimit, kLimit);
    table.push_back(std::llround(std::ldexp(value, QuantisedSum::kFractionBits)));
  }
  return table;
}

int64_t round_ties_to_even(int64_t value) {
  constexpr int kShift = QuantisedSum::kFractionBits;
  const int64_t floor = value >> kShift;
  const int64_t rest = value - floor * (int64_t{1} << kShift);
  constexpr int64_t kHalf = int64_t{1} << (kShift - 1);
  return floor + (rest > kHalf || (rest == kHalf && (floor & 1) != 0) ? 1 : 0);
}

}  // namespace

Values FloatMap::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& input = std::get<std::vector<float>>(*input_values[0]);
  std::vector<float> result(input.size());
  std::transform(input.begin(), input.end(), result.begin(), function_);
  return result;
}

std::vector<int32_t> Broadcast::positions() const {
  const auto count = static_cast<size_t>(element_count(extents));
  std::vector<int32_t> result(count);
  bool identity = true;
  for (size_t i = 0; i < count; ++i) {
    size_t rest = i;
    size_t position = 0;
    for (size_t axis = extents.size(); axis-- > 0;) {
      const auto extent = static_cast<size_t>(extents[axis]);
      position += rest % extent * strides[axis];
      rest /= extent;
    }
    result[i] = static_cast<int32_t>(position);
    identity = identity && position == i;
  }
  return identity ? std::vector<int32_t>() : result;
}

Values FloatBinary::evaluate(const std::vector<const Values*>& input_values) const {
  size_t next = 0;
  const auto values_of = [&](const Operand& operand) {
    return operand.constant.empty() ? std::get<std::vector<float>>(*input_values[next++]).data()
                                    : operand.constant.data();
  };
  const float* a = values_of(a_);
  const float* b = values_of(b_);
  std::vector<float> result(count_);
  for (size_t i = 0; i < count_; ++i) {
    result[i] = function_(a[place(a_.positions, i)], b[place(b_.positions, i)]);
  }
  return result;
}

QuantisedSum::QuantisedSum(const Operand& a, const Operand& b, const Quantisation& result, int32_t low, int32_t high,
                           size_t count)
    : contribution_a_(contributions(a, result)),
      contribution_b_(contributions(b, result)),
      positions_a_(a.positions),
      positions_b_(b.positions),
      zero_point_(result.zero_point),
      low_(low),
      high_(high),
      count_(count) {}

Values QuantisedSum::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& a = std::get<std::vector<int8_t>>(*input_values[0]);
  const auto& b = std::get<std::vector<int8_t>>(*input_values[1]);
  std::vector<int8_t> result(count_);
  for (size_t i = 0; i < count_; ++i) {
    const int64_t sum = contribution_a_[static_cast<size_t>(a[place(positions_a_, i)] + 128)] +
                        contribution_b_[static_cast<size_t>(b[place(positions_b_, i)] + 128)];
    result[i] = static_cast<int8_t>(hw::clamp(round_ties_to_even(sum) + zero_point_, low_, high_));
  }
  return result;
}

Values QuantisedProduct::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& a = std::get<std::vector<int8_t>>(*input_values[0]);
  const auto& b = std::get<std::vector<int8_t>>(*input_values[1]);
  std::vector<int8_t> result(count_);
  for (size_t i = 0; i < count_; ++i) {
    const int32_t product = (a[place(a_.positions, i)] - a_.zero_point) * (b[place(b_.positions, i)] - b_.zero_point);
    result[i] = static_cast<int8_t>(hw::clamp(hw::scale(product, factor_) + zero_point_, low_, high_));
  }
  return result;
}

Values ChannelAffine::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& input = std::get<std::vector<float>>(*input_values[0]);
  std::vector<float> result(input.size());
  for (size_t i = 0; i < input.size(); ++i) {
    const size_t channel = i / inner_ % gain_.size();
    result[i] = static_cast<float>(gain_[channel] * static_cast<double>(input[i]) + offset_[channel]);
  }
  return result;
}

}  // namespace faultline::model
