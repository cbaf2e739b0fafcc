#include <iterator>

#include <fmt/format.h>

#include "sim/report/comparison.h"

namespace faultline::report {
namespace {

std::string rate_text(const campaign::Interval& rate) {
  if (rate.low <= 0 && rate.high >= 1) {
    return "no runs";
  }
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", 100 * rate.estimate, 100 * rate.low, 100 * rate.high);
}

std::string difference_text(const campaign::Interval& difference) {
  return fmt::format("{:+.3f} [{:+.3f}, {:+.3f}]", 100 * difference.estimate, 100 * difference.low,
                     100 * difference.high);
}

void append_rates(std::string& text, const std::string& title, const std::vector<RateComparison>& rates) {
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "\n{:<43} {:>26} {:>26} {:>28}\n", title, "first, %", "second, %", "second - first, points");
  for (const RateComparison& rate : rates) {
    fmt::format_to(out, "{:<43} {:>26} {:>26} {:>28}  {}\n", rate.title, rate_text(rate.first), rate_text(rate.second),
                   difference_text(rate.difference), rate.verdict());
  }
}

}  // namespace

std::string to_text(const Comparison& comparison) {
  std::string text = fmt::format("first   {}: {}\nsecond  {}: {}\n", comparison.first_store, comparison.first_title,
                                 comparison.second_store, comparison.second_title);
  const auto out = std::back_inserter(text);
  for (const std::string& caution : comparison.cautions) {
    fmt::format_to(out, "caution: {}\n", caution);
  }
  fmt::format_to(out, "\n{:<34} {:<38} {}\n", "setting", "first", "second");
  for (const SettingDifference& setting : comparison.settings) {
    fmt::format_to(out, "{:<34} {:<38} {}\n", setting.key, setting.first, setting.second);
  }
  fmt::format_to(out, "\ngolden cycles: {} and {}, ratio {:.3f}\nintervals at {:g} %\n", comparison.first_cycles,
                 comparison.second_cycles, comparison.cycles_ratio(), 100 * comparison.confidence);
  std::vector<RateComparison> rates = comparison.metrics;
  rates.push_back(comparison.accuracy_drop);
  append_rates(text, "metric", rates);
  append_rates(text, "critical, by structure", comparison.structures);
  return text;
}

}  // namespace faultline::report
