#pragma once

#include <string>

#include "sim/multiplier/product_table.h"

namespace faultline::multiplier {

/// An SVG drawing of a multiplier's errors: on the left a heat map of the mean |error| over both operands (as numbers,
/// the first operand upwards), on the right the distribution of the error.
std::string error_plot(const ProductTable& table);

}  // namespace faultline::multiplier
