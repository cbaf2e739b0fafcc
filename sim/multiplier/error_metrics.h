#pragma once

#include "sim/multiplier/product_table.h"

namespace faultline::multiplier {

/// How far a multiplier's products are from the arithmetic ones, over all 65,536 pairs of operands, each as likely as
/// the other. With e = product - exact:
struct ErrorMetrics {
  double mae = 0;                ///< mean |e|
  double wce = 0;                ///< largest |e|
  double mre = 0;                ///< mean |e| / |exact| over the pairs whose exact product is not 0
  double wcre = 0;               ///< largest |e| / |exact| over the same pairs
  double error_probability = 0;  ///< share of pairs with e != 0
  double mse = 0;                ///< mean e^2
  double bias = 0;               ///< mean e
  double variance = 0;           ///< mean (e - bias)^2
  bool commutative = true;       ///< M(a, b) = M(b, a)
  bool zero_preserving = true;   ///< M(0, x) = M(x, 0) = 0

  /// Percentages as EvoApproxLib states them: MAE and WCE relative to the number of products' codes, 2^16.
  double mae_percent() const { return 100 * mae / 65536; }
  double wce_percent() const { return 100 * wce / 65536; }
};

ErrorMetrics error_metrics(const ProductTable& table);

}  // namespace faultline::multiplier
