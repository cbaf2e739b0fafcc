#include "sim/model/host_reduction.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace faultline::model {

void Softmax::row(const float* input, float* result) const {
  double maximum = -std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < length_; ++i) {
    maximum = std::max(maximum, static_cast<double>(input[i * inner_]));
  }
  double sum = 0;
  for (size_t i = 0; i < length_; ++i) {
    sum += std::exp(static_cast<double>(input[i * inner_]) - maximum);
  }
  for (size_t i = 0; i < length_; ++i) {
    const double shifted = static_cast<double>(input[i * inner_]) - maximum;
    result[i * inner_] = static_cast<float>(logarithm_ ? shifted - std::log(sum) : std::exp(shifted) / sum);
  }
}

Values Softmax::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& input = std::get<std::vector<float>>(*input_values[0]);
  std::vector<float> result(input.size());
  for (size_t outer = 0; outer < outer_; ++outer) {
    for (size_t inner = 0; inner < inner_; ++inner) {
      const size_t first = outer * length_ * inner_ + inner;
      row(input.data() + first, result.data() + first);
    }
  }
  return result;
}

Values Reduce::evaluate(const std::vector<const Values*>& input_values) const {
  const auto& input = std::get<std::vector<float>>(*input_values[0]);
  std::vector<double> joined(count_, first_);
  for (size_t i = 0; i < input.size(); ++i) {
    double& place = joined[static_cast<size_t>(target_[i])];
    place = function_(place, static_cast<double>(input[i]));
  }
  std::vector<float> result(count_);
  std::transform(joined.begin(), joined.end(), result.begin(),
                 [this](double value) { return static_cast<float>(value * gain_); });
  return result;
}

}  // namespace faultline::model
