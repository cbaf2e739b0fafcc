#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace faultline::engine::engine_test {

inline size_t rounded_up(size_t count, size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

/// A random product of matrices: rows [row][tap], lanes [tap][padded lane], and the sums that are there before.
struct KernelCase {
  KernelCase(std::mt19937& random, size_t lane_multiple) {
    const auto draw = [&random](unsigned most) { return size_t{1} + random() % most; };
    row_count = draw(random() % 4 == 0 ? 300 : 20);
    depth = draw(random() % 4 == 0 ? 300 : 40);
    lane_count = draw(random() % 4 == 0 ? 300 : 100);
    padded = rounded_up(lane_count, lane_multiple);
    fill(random, rows, row_count * depth);
    fill(random, lanes, depth * padded);
    for (size_t i = 0; i < row_count * padded; ++i) {
      sums.push_back(static_cast<int32_t>(random()));
    }
  }

  static void fill(std::mt19937& random, std::vector<int8_t>& codes, size_t count) {
    const bool extreme = random() % 4 == 0;  // the codes whose products are largest
    for (size_t i = 0; i < count; ++i) {
      codes.push_back(extreme ? static_cast<int8_t>(random() % 2 == 0 ? -128 : 127) : static_cast<int8_t>(random()));
    }
  }

  /// What a plain loop gives; `product` of a row's and a lane's operand.
  template <typename Product>
  std::vector<int32_t> expected(Product product) const {
    std::vector<int32_t> result = sums;
    for (size_t row = 0; row < row_count; ++row) {
      for (size_t lane = 0; lane < padded; ++lane) {
        auto sum = static_cast<uint32_t>(sums[row * padded + lane]);
        for (size_t tap = 0; tap < depth; ++tap) {
          sum += static_cast<uint32_t>(int32_t{product(rows[row * depth + tap], lanes[tap * padded + lane])});
        }
        result[row * padded + lane] = static_cast<int32_t>(sum);
      }
    }
    return result;
  }

  size_t row_count = 0, depth = 0, lane_count = 0, padded = 0;
  std::vector<int8_t> rows, lanes;
  std::vector<int32_t> sums;
};

}  // namespace faultline::engine::engine_test
