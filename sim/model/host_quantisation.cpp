#include "sim/model/host_quantisation.h"

#include <algorithm>
#include <cmath>

namespace faultline::model {
namespace {

/// Rounds `position` to nearest, ties to even, and moves it by `offset`.
int32_t round_within(float position, int32_t offset, int32_t low, int32_t high) {
  // Compared before rounding, in terms that hold for NaN too: everything that is not above `low` is `low`.
  if (!(position > static_cast<float>(low - offset))) {
    return low;
  }
  if (position >= static_cast<float>(high - offset)) {
    return high;
  }
  return static_cast<int32_t>(std::lrint(position)) + offset;
}

}  // namespace

int8_t quantise(float real, const Quantisation& quantisation) {
  return static_cast<int8_t>(quantise(real, CodeType{quantisation}));
}

int32_t quantise(float real, const CodeType& type) {
  return round_within(real / static_cast<float>(type.quantisation.scale), type.quantisation.zero_point,
                      type.format.lowest(), type.format.highest());
}

float dequantise(int32_t code, const Quantisation& quantisation) {
  return static_cast<float>(code - quantisation.zero_point) * static_cast<float>(quantisation.scale);
}

std::vector<int8_t> tabulate(const Quantisation& from, const Quantisation& to,
                             const std::function<float(float)>& function) {
  std::vector<int8_t> table;
  table.reserve(256);
  for (int32_t code = -128; code < 128; ++code) {
    table.push_back(quantise(function(dequantise(code, from)), to));
  }
  return table;
}

Quantise::Quantise(const CodeType& type, int32_t low, int32_t high, bool zero_point_before_rounding)
    : scale_(static_cast<float>(type.quantisation.scale)),
      added_before_(0),
      added_after_(type.quantisation.zero_point),
      low_(low),
      high_(high),
      wide_(type.format.wide()) {
  if (zero_point_before_rounding) {
    added_after_ = type.is_unsigned ? -128 : 0;  // from the file's codes to what is stored
    added_before_ = static_cast<float>(type.quantisation.zero_point - added_after_);
  }
}

Values Quantise::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& real = std::get<std::vector<float>>(*input_values[0]);
  const auto quantise_to = [&](auto codes) -> Values {
    using Code = typename decltype(codes)::value_type;
    std::transform(real.begin(), real.end(), codes.begin(), [this](float value) {
      return static_cast<Code>(round_within(value / scale_ + added_before_, added_after_, low_, high_));
    });
    return codes;
  };
  return wide_ ? quantise_to(std::vector<int16_t>(real.size())) : quantise_to(std::vector<int8_t>(real.size()));
}

Values DequantiseWide::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& codes = std::get<std::vector<int16_t>>(*input_values[0]);
  std::vector<float> real(codes.size());
  std::transform(codes.begin(), codes.end(), real.begin(),
                 [this](int16_t code) { return dequantise(code, quantisation_); });
  return real;
}

Dequantise::Dequantise(Quantisation quantisation) {
  for (int32_t code = -128; code < 128; ++code) {
    real_.push_back(dequantise(code, quantisation));
  }
}

Values Dequantise::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& codes = std::get<std::vector<int8_t>>(*input_values[0]);
  std::vector<float> real(codes.size());
  std::transform(codes.begin(), codes.end(), real.begin(),
                 [this](int8_t code) { return real_[static_cast<size_t>(code + 128)]; });
  return real;
}

Values DequantiseAccumulator::evaluate(const std::vector<const Values*>& input_values) const {
  const auto dequantise_all = [this](const auto& accumulators) {
    std::vector<float> real(accumulators.size());
    for (size_t i = 0; i < real.size(); ++i) {
      const size_t channel = i / inner_ % scale_.size();
      real[i] = static_cast<float>((static_cast<double>(accumulators[i]) + rest_[channel]) * scale_[channel]);
    }
    return real;
  };
  const auto* wide = std::get_if<std::vector<int64_t>>(input_values[0]);
  return wide != nullptr ? dequantise_all(*wide) : dequantise_all(std::get<std::vector<int32_t>>(*input_values[0]));
}

Values TableLookup::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& codes = std::get<std::vector<int8_t>>(*input_values[0]);
  std::vector<int8_t> result(codes.size());
  std::transform(codes.begin(), codes.end(), result.begin(),
                 [this](int8_t code) { return table_[static_cast<size_t>(code + 128)]; });
  return result;
}

}  // namespace faultline::model
