#include "sim/multiplier/error_metrics.h"

#include <algorithm>
#include <cmath>

namespace faultline::multiplier {

ErrorMetrics error_metrics(const ProductTable& table) {
  ErrorMetrics metrics;
  int64_t sum = 0;
  int64_t magnitudes = 0;
  int64_t squares = 0;
  int64_t wrong = 0;
  int64_t relative_pairs = 0;
  double relative = 0;
  for (int a = 0; a < ProductTable::kOperands; ++a) {
    for (int b = 0; b < ProductTable::kOperands; ++b) {
      const int64_t exact = table.exact(a, b);
      const int64_t error = table.error(a, b);
      const int64_t magnitude = std::abs(error);
      sum += error;
      magnitudes += magnitude;
      squares += error * error;
      wrong += error != 0 ? 1 : 0;
      metrics.wce = std::max(metrics.wce, static_cast<double>(magnitude));
      if (exact != 0) {
        const double share = static_cast<double>(magnitude) / static_cast<double>(std::abs(exact));
        ++relative_pairs;
        relative += share;
        metrics.wcre = std::max(metrics.wcre, share);
      } else {
        metrics.zero_preserving = metrics.zero_preserving && error == 0;
      }
      metrics.commutative = metrics.commutative && table.product(a, b) == table.product(b, a);
    }
  }
  constexpr auto kPairs = static_cast<double>(ProductTable::kEntries);
  metrics.mae = static_cast<double>(magnitudes) / kPairs;
  metrics.mre = relative / static_cast<double>(relative_pairs);
  metrics.error_probability = static_cast<double>(wrong) / kPairs;
  metrics.mse = static_cast<double>(squares) / kPairs;
  metrics.bias = static_cast<double>(sum) / kPairs;
  metrics.variance = metrics.mse - metrics.bias * metrics.bias;
  return metrics;
}

}  // namespace faultline::multiplier
