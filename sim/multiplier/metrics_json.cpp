#include "sim/multiplier/metrics_json.h"

namespace faultline::multiplier {

nlohmann::ordered_json to_json(const ErrorMetrics& metrics) {
  return {{"mae_percent", metrics.mae_percent()},
          {"wce_percent", metrics.wce_percent()},
          {"mre_percent", 100 * metrics.mre},
          {"wcre_percent", 100 * metrics.wcre},
          {"ep_percent", 100 * metrics.error_probability},
          {"mse", metrics.mse},
          {"mae", metrics.mae},
          {"wce", metrics.wce},
          {"bias", metrics.bias},
          {"variance", metrics.variance},
          {"commutative", metrics.commutative},
          {"zero_preserving", metrics.zero_preserving}};
}

}  // namespace faultline::multiplier
