#include "hw/multipliers/partial_product_array.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hw/multipliers/statement_text.h"

namespace faultline::hw {

std::string partial_product_rows(int bits, const std::vector<int>& lowest) {
  std::string text;
  for (int row = 0; row < bits; ++row) {
    const int low = lowest[static_cast<size_t>(row)];
    if (low < bits) {
      text += fmt::format("  logic [{0}:0] row{1};\n  assign row{1} = w[{1}] ? {{{2}a[{3}:{4}]{5}}} : {6}'b0;\n",
                          2 * bits - 1, row, zeros_then(bits - row), bits - 1, low, then_zeros(row + low), 2 * bits);
    }
  }
  return text;
}

MultiplierCircuit partial_product_array(int bits, const std::vector<int>& lowest) {
  std::vector<std::string> rows;
  for (int row = 0; row < bits; ++row) {
    if (lowest[static_cast<size_t>(row)] < bits) {
      rows.push_back(fmt::format("row{}", row));
    }
  }
  const std::string sum = rows.empty() ? fmt::format("{}'b0", 2 * bits) : fmt::format("{}", fmt::join(rows, " + "));
  return {
      [bits, lowest](uint64_t a, uint64_t w) {
        uint64_t product = 0;
        for (int row = 0; row < bits; ++row) {
          const int low = lowest[static_cast<size_t>(row)];
          product += ((w >> row) & 1) * (((a >> low) << low) << row);
        }
        return product;
      },
      partial_product_rows(bits, lowest) + fmt::format("  assign p = {};\n", sum) + deliberately_unused({"a", "w"})};
}

}  // namespace faultline::hw
