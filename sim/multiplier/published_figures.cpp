#include "sim/multiplier/published_figures.h"

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <sstream>

namespace faultline::multiplier {
namespace {

std::string trimmed(const std::string& text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

/// "MAE%" -> "mae_percent"; empty where it is no key.
std::string key_of(const std::string& text) {
  std::string key;
  for (const char c : text) {
    if (c == '%') {
      key += "_percent";
    } else if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else {
      return "";
    }
  }
  return key;
}

/// One unit of the last digit of a number as written: 0.001 for "0.081", 10 for "1.23e3".
double resolution_of(const std::string& number) {
  const size_t exponent = number.find_first_of("eE");
  const std::string digits = number.substr(0, exponent);
  const size_t point = digits.find('.');
  const int decimals = point == std::string::npos ? 0 : static_cast<int>(digits.size() - point - 1);
  const int power = exponent == std::string::npos ? 0 : std::atoi(number.c_str() + exponent + 1);
  return std::pow(10, power - decimals);
}

}  // namespace

std::vector<PublishedFigure> published_figures(const std::string& source) {
  std::vector<PublishedFigure> figures;
  std::stringstream lines(source);
  for (std::string line; std::getline(lines, line);) {
    const size_t equals = line.find('=');
    if (line.rfind("//", 0) != 0 || equals == std::string::npos) {
      continue;
    }
    const std::string key = key_of(trimmed(line.substr(2, equals - 2)));
    const std::string value = trimmed(line.substr(equals + 1));
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    if (key.empty() || end == value.c_str()) {
      continue;
    }
    const std::string unit = key_of(trimmed(end));
    figures.push_back({unit.empty() || unit == "_percent" ? key : key + "_" + unit, number,
                       resolution_of(value.substr(0, static_cast<size_t>(end - value.c_str())))});
  }
  return figures;
}

std::vector<std::string> disagreeing_figures(const std::vector<PublishedFigure>& published,
                                             const ErrorMetrics& measured) {
  struct Measured {
    const char* key;
    double value;
    double allowance;  ///< beside the rounding of the last digit
  };
  constexpr double kTenthOfAProduct = 0.1 * 100 / 65536;
  const Measured known[] = {{"mae_percent", measured.mae_percent(), kTenthOfAProduct / 2},
                            {"wce_percent", measured.wce_percent(), 0},
                            {"mre_percent", 100 * measured.mre, 0},
                            {"ep_percent", 100 * measured.error_probability, 0}};
  constexpr double kDecimalNoise = 1e-9;
  std::vector<std::string> keys;
  for (const PublishedFigure& figure : published) {
    for (const Measured& own : known) {
      if (figure.key == own.key &&
          std::abs(figure.value - own.value) > figure.resolution / 2 + own.allowance + kDecimalNoise) {
        keys.push_back(figure.key);
      }
    }
  }
  return keys;
}

}  // namespace faultline::multiplier
