#include "sim/multiplier/error_metrics.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/multiplier/error_plot.h"

namespace faultline::multiplier {
namespace {

const std::string kPublished = FAULTLINE_SOURCE_DIR "/../shared/multipliers";

ProductTable exact_table(bool is_signed) {
  ProductTable table;
  table.is_signed = is_signed;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      table.products[static_cast<size_t>(a * 256 + b)] = table.exact(a, b);
    }
  }
  return table;
}

TEST(ErrorMetrics, OfTheExactProductsAreZero) {
  for (const bool is_signed : {false, true}) {
    const ErrorMetrics metrics = error_metrics(exact_table(is_signed));
    EXPECT_EQ(metrics.mae + metrics.wce + metrics.mre + metrics.wcre + metrics.mse + metrics.variance, 0);
    EXPECT_TRUE(metrics.commutative && metrics.zero_preserving);
  }
}

TEST(ErrorMetrics, FollowTheirDefinitions) {
  ProductTable table = exact_table(true);
  table.products[2 * 256 + 255] += 3;  // 2 x -1 = -2 becomes 1
  table.products[4 * 256 + 5] -= 10;   // 4 x 5 = 20 becomes 10
  table.products[7] += 1;              // 0 x 7
  const ErrorMetrics metrics = error_metrics(table);
  EXPECT_DOUBLE_EQ(metrics.mae, 14.0 / 65536);
  EXPECT_DOUBLE_EQ(metrics.mae_percent(), 1400.0 / 65536 / 65536);
  EXPECT_EQ(metrics.wce, 10);
  EXPECT_DOUBLE_EQ(metrics.error_probability, 3.0 / 65536);
  EXPECT_DOUBLE_EQ(metrics.mre, (3.0 / 2 + 10.0 / 20) / (255 * 255));
  EXPECT_DOUBLE_EQ(metrics.wcre, 1.5);
  EXPECT_DOUBLE_EQ(metrics.mse, 110.0 / 65536);
  EXPECT_DOUBLE_EQ(metrics.bias, -6.0 / 65536);
  EXPECT_DOUBLE_EQ(metrics.variance, 110.0 / 65536 - 36.0 / 65536 / 65536);
  EXPECT_FALSE(metrics.commutative);
  EXPECT_FALSE(metrics.zero_preserving);
}

/// Half a unit of the last digit of a number as written.
double half_unit(const std::string& text) {
  const size_t point = text.find('.');
  return point == std::string::npos ? 0.5 : 0.5 * std::pow(10, -static_cast<double>(text.size() - point - 1));
}

TEST(ErrorMetrics, EqualThePublishedOnesOfEightBitTables) {
  std::ifstream csv(kPublished + "/metrics.csv");
  if (!csv) {
    GTEST_SKIP() << kPublished << " is absent";
  }
  std::string line;
  std::getline(csv, line);
  ASSERT_EQ(line.substr(0, 62), "name,width,signed,mae_percent,wce_percent,mre_percent,ep_perce");
  int tables = 0;
  while (std::getline(csv, line)) {
    std::stringstream cells(line);
    std::vector<std::string> cell;
    for (std::string text; std::getline(cells, text, ',');) {
      cell.push_back(text);
    }
    if (cell[1] != "8" || cell[3].empty()) {
      continue;
    }
    ++tables;
    const ProductTable table = read_product_table(kPublished + "/" + cell[0] + ".lut", cell[2] == "true");
    const ErrorMetrics metrics = error_metrics(table);
    // The publisher rounds a signed MAE to a tenth, ties to even, before dividing it.
    const double rounded_mae =
        table.is_signed ? 100 * std::nearbyint(10 * metrics.mae) / 10 / 65536 : metrics.mae_percent();
    const double mae_distance =
        std::min(std::abs(metrics.mae_percent() - std::stod(cell[3])), std::abs(rounded_mae - std::stod(cell[3])));
    constexpr double kNoise = 1e-9;
    EXPECT_LE(mae_distance, half_unit(cell[3]) + kNoise) << cell[0];
    EXPECT_NEAR(metrics.wce_percent(), std::stod(cell[4]), half_unit(cell[4]) + kNoise) << cell[0];
    EXPECT_NEAR(100 * metrics.mre, std::stod(cell[5]), half_unit(cell[5]) + kNoise) << cell[0];
    EXPECT_NEAR(100 * metrics.error_probability, std::stod(cell[6]), half_unit(cell[6]) + kNoise) << cell[0];
  }
  EXPECT_GT(tables, 50);
}

TEST(ErrorPlot, ShowsExactAndApproximateTables) {
  ProductTable table = exact_table(true);
  const std::string exact = error_plot(table);
  table.name = "a<b";
  table.products[4 * 256 + 5] -= 10;
  const std::string approximate = error_plot(table);
  for (const std::string& plot : {exact, approximate}) {
    EXPECT_EQ(plot.substr(0, 4), "<svg");
    EXPECT_EQ(plot.substr(plot.size() - 7), "</svg>\n");
  }
  EXPECT_EQ(exact.find("a&lt;b"), std::string::npos);
  EXPECT_NE(approximate.find("a&lt;b (signed)"), std::string::npos);
  EXPECT_GT(approximate.size(), exact.size());
}

}  // namespace
}  // namespace faultline::multiplier
