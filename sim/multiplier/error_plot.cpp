#include "sim/multiplier/error_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>

#include "sim/multiplier/error_metrics.h"

namespace faultline::multiplier {
namespace {

constexpr int kCells = 64;  // of the heat map, along either side
constexpr int kOperandsPerCell = ProductTable::kOperands / kCells;
constexpr int kCellSize = 6;
constexpr int kMapSize = kCells * kCellSize;
constexpr int kLeft = 60;
constexpr int kTop = 50;
constexpr int kHistogramLeft = kLeft + kMapSize + 110;
constexpr int kBins = 48;
constexpr int kBarWidth = 8;
constexpr int kWidth = kHistogramLeft + kBins * kBarWidth + 30;
constexpr int kHeight = kTop + kMapSize + 60;

/// Text that may stand in XML.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  return out;
}

std::string label(double x, double y, const char* anchor, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, escaped(text));
}

std::string rectangle(double x, double y, double width, double height, const std::string& fill) {
  return fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n", x, y, width,
                     height, fill);
}

/// White for 0 over orange to dark red for 1.
std::string heat(double share) {
  const auto channel = [](double from, double to, double at) {
    return static_cast<int>(std::lround(from + (to - from) * at));
  };
  const double lower = std::min(1.0, 2 * share);
  const double upper = std::max(0.0, 2 * share - 1);
  return fmt::format("#{:02x}{:02x}{:02x}", channel(255, 120, upper), channel(channel(255, 140, lower), 0, upper),
                     channel(channel(255, 40, lower), 20, upper));
}

/// Byte of the operand that stands at a place of an axis from the least number to the greatest.
int byte_at(const ProductTable& table, int place) {
  return table.is_signed ? (place + 128) % ProductTable::kOperands : place;
}

std::string heat_map(const ProductTable& table) {
  std::array<std::array<double, kCells>, kCells> means{};  // [a][b]
  double largest = 0;
  for (int a = 0; a < ProductTable::kOperands; ++a) {
    for (int b = 0; b < ProductTable::kOperands; ++b) {
      means[static_cast<size_t>(a / kOperandsPerCell)][static_cast<size_t>(b / kOperandsPerCell)] +=
          std::abs(table.error(byte_at(table, a), byte_at(table, b)));
    }
  }
  for (auto& row : means) {
    for (double& mean : row) {
      mean /= kOperandsPerCell * kOperandsPerCell;
      largest = std::max(largest, mean);
    }
  }
  std::string text = rectangle(kLeft, kTop, kMapSize, kMapSize, "#ffffff");
  for (int a = 0; a < kCells; ++a) {
    const auto& row = means[static_cast<size_t>(a)];
    for (int b = 0; b < kCells; ++b) {
      const double mean = row[static_cast<size_t>(b)];
      if (mean > 0) {
        text += rectangle(kLeft + b * kCellSize, kTop + (kCells - 1 - a) * kCellSize, kCellSize, kCellSize,
                          heat(mean / largest));
      }
    }
  }
  const std::string low = table.is_signed ? "-128" : "0";
  const std::string high = table.is_signed ? "127" : "255";
  const double bottom = kTop + kMapSize;
  return text + label(kLeft, bottom + 18, "start", low) + label(kLeft + kMapSize, bottom + 18, "end", high) +
         label(kLeft + kMapSize / 2.0, bottom + 36, "middle", "second operand") + label(kLeft - 6, bottom, "end", low) +
         label(kLeft - 6, kTop + 12, "end", high) + label(kLeft - 6, kTop + kMapSize / 2.0, "end", "first") +
         label(kLeft + kMapSize / 2.0, kTop - 10, "middle",
               fmt::format("mean |error|, white 0 to dark {:.4g}", largest));
}

std::string distribution(const ProductTable& table) {
  int low = 0;
  int high = 0;
  for (int a = 0; a < ProductTable::kOperands; ++a) {
    for (int b = 0; b < ProductTable::kOperands; ++b) {
      low = std::min(low, table.error(a, b));
      high = std::max(high, table.error(a, b));
    }
  }
  // Whole numbers per bin, so that no bin holds more values than another.
  const int per_bin = (high - low) / kBins + 1;
  std::vector<int> counts(kBins);
  for (int a = 0; a < ProductTable::kOperands; ++a) {
    for (int b = 0; b < ProductTable::kOperands; ++b) {
      ++counts[static_cast<size_t>((table.error(a, b) - low) / per_bin)];
    }
  }
  const double largest = *std::max_element(counts.begin(), counts.end());
  const double bottom = kTop + kMapSize;
  std::string text;
  for (int bin = 0; bin < kBins; ++bin) {
    const int count = counts[static_cast<size_t>(bin)];
    if (count > 0) {
      const double height = kMapSize * std::log1p(count) / std::log1p(largest);
      text += rectangle(kHistogramLeft + bin * kBarWidth, bottom - height, kBarWidth - 1, height, "#b03020");
    }
  }
  const int right = kHistogramLeft + kBins * kBarWidth;
  return text + label(kHistogramLeft, bottom + 18, "start", fmt::format("{}", low)) +
         label(right, bottom + 18, "end", fmt::format("{}", low + kBins * per_bin - 1)) +
         label((kHistogramLeft + right) / 2.0, bottom + 36, "middle", "error = product - exact") +
         label(kHistogramLeft - 6, kTop + 12, "end", fmt::format("{:.0f}", largest)) +
         label(kHistogramLeft - 6, bottom, "end", "0") +
         label((kHistogramLeft + right) / 2.0, kTop - 10, "middle",
               fmt::format("operand pairs for {} error values per bar, logarithmic", per_bin));
}

}  // namespace

std::string error_plot(const ProductTable& table) {
  const ErrorMetrics metrics = error_metrics(table);
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
             "font-family=\"sans-serif\" font-size=\"12\">\n",
             kWidth, kHeight) +
         rectangle(0, 0, kWidth, kHeight, "#ffffff") +
         label(kLeft, 20, "start",
               fmt::format("{} ({}): MAE {:.4g} %, WCE {:.4g} %, MRE {:.4g} %, EP {:.4g} %", table.name,
                           table.is_signed ? "signed" : "unsigned", metrics.mae_percent(), metrics.wce_percent(),
                           100 * metrics.mre, 100 * metrics.error_probability)) +
         heat_map(table) + distribution(table) + "</svg>\n";
}

}  // namespace faultline::multiplier
