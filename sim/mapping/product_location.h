#pragma once

#include <cstdint>

namespace faultline::mapping {

/// Consecutive products of one neuron in one fold, one a cycle: down the rows of a column (weight- and
/// input-stationary) or in one processing element (output-stationary).
///
/// Cycles count from the command's first: the one that begins when the controller takes it. In the cycle of a product
/// the wire `product` of its processing element has the value; the sum is in the register a cycle later.
struct ProductSpan {
  int row_first = 0, row_last = 0;
  int column = 0;                       ///< of the array
  int64_t tap_first = 0, tap_last = 0;  ///< of the first and the last product in time
  int64_t cycle_first = 0, cycle_last = 0;
};

/// A word of the partial-sum buffer.
struct SumPlace {
  int row = 0;
  int lane = 0;
};

/// What one processing element multiplies.
struct Product {
  int channel = 0;
  int64_t pixel = 0;
  int64_t tap = 0;  ///< counted over the planes
};

}  // namespace faultline::mapping
