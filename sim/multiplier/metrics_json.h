#pragma once

#include <nlohmann/json.hpp>

#include "sim/multiplier/error_metrics.h"

namespace faultline::multiplier {

/// The metrics with the names that commands print: mae, wce, mse, bias and variance in products' units; mae_percent and
/// wce_percent of 2^16; mre_percent and wcre_percent of the exact product; ep_percent of the operand pairs.
nlohmann::ordered_json to_json(const ErrorMetrics& metrics);

}  // namespace faultline::multiplier
