#include <algorithm>

#include <fmt/format.h>

#include "sim/report/comparison.h"
#include "sim/report/difference_bar.h"
#include "sim/report/number_text.h"
#include "sim/report/page_frame.h"
#include "sim/report/table_parts.h"
#include "sim/report/verdict_card.h"

namespace faultline::report {
namespace {

using campaign::Interval;

/// Differences of groups with fewer runs on a side do not stretch the axis.
constexpr uint64_t kRunsForComparisonAxis = 20;

double axis_of(const std::vector<RateComparison>& rates) {
  double all = 0;
  double settled = 0;
  for (const RateComparison& rate : rates) {
    const double reach = std::max(std::abs(rate.difference.low), std::abs(rate.difference.high));
    // A question that no run was asked has an interval of everything.
    const bool asked = rate.first.width() < 1 && rate.second.width() < 1;
    all = std::max(all, reach);
    settled = asked && std::min(rate.first_runs, rate.second_runs) >= kRunsForComparisonAxis ? std::max(settled, reach)
                                                                                             : settled;
  }
  return axis_end(settled > 0 ? settled : all, 1);
}

void write_rate(Markup& page, const Interval& rate) {
  const auto cell = page.scope("td", {{"class", "number"}, {"data-value", fmt::format("{}", rate.estimate)}});
  page.text(estimate_text(rate)).empty("br");
  page.element("span", bounds(rate), {{"class", "bounds"}});
}

void write_difference(Markup& page, const RateComparison& rate, double axis) {
  const Interval& difference = rate.difference;
  const auto cell = page.scope("td", {{"data-value", fmt::format("{}", difference.estimate)}});
  const auto parts = page.scope("div", {{"class", "rate-cell"}});
  {
    const auto figures = page.scope("span", {{"class", "figures"}});
    page.element("span", points(difference.estimate, true)).text(" ");
    page.element("span", fmt::format("{} to {}", points(difference.low, true), points(difference.high, true)),
                 {{"class", "bounds"}});
  }
  page.append(difference_bar(difference, axis));
}

void write_rates(Markup& page, const std::string& column, const std::string& caption,
                 const std::vector<RateComparison>& rates, const Comparison& comparison, bool are_paths) {
  const double axis = axis_of(rates);
  const auto scroll = scrolling(page, caption);
  const auto table = page.scope("table", {{"class", "sortable differences"}});
  page.element("caption",
               fmt::format("{}, with {:g} % intervals. Differences in percentage points; bars from -{:g} to +{:g}.",
                           caption, 100 * comparison.confidence, 100 * axis, 100 * axis));
  write_columns(page, {{column}, {"First", true}, {"Second", true}, {"Second less first"}, {"Verdict"}});
  const auto body = page.scope("tbody");
  for (const RateComparison& rate : rates) {
    const auto row = page.scope("tr");
    {
      const auto head = page.scope("th", {{"scope", "row"}, {"class", are_paths ? "site name" : "name"}});
      page.text(rate.title);
      if (are_paths) {
        page.empty("br").element("span", fmt::format("{} and {} runs", rate.first_runs, rate.second_runs),
                                 {{"class", "note"}});
      }
    }
    write_rate(page, rate.first);
    write_rate(page, rate.second);
    write_difference(page, rate, axis);
    page.element("td", rate.verdict());
  }
}

void write_settings(Markup& page, const Comparison& comparison) {
  const auto section = page.scope("section", {{"id", "settings"}});
  page.element("h2", "What differs");
  if (comparison.settings.empty()) {
    page.element("p", "Nothing: the two campaigns have the same settings.");
    return;
  }
  const auto scroll = scrolling(page, "Settings that differ");
  const auto table = page.scope("table");
  page.element("caption", "Settings that the two campaigns do not share");
  write_columns(page, {{"Setting"}, {"First"}, {"Second"}});
  const auto body = page.scope("tbody");
  for (const SettingDifference& setting : comparison.settings) {
    const auto row = page.scope("tr");
    page.element("th", setting.key, {{"scope", "row"}});
    page.element("td", setting.first, {{"class", "value"}});
    page.element("td", setting.second, {{"class", "value"}});
  }
}

void rate_card(Markup& page, const RateComparison& rate) {
  write_verdict(
      page, rate.title, points(rate.difference.estimate, true) + " points",
      {fmt::format("{} to {}", points(rate.difference.low, true), points(rate.difference.high, true)), rate.verdict()});
}

void write_head(Markup& page, const Comparison& comparison) {
  const auto header = page.scope("header");
  page.element("p", "Two fault-injection campaigns", {{"class", "kicker"}});
  page.element("h1", fmt::format("{} and {}", comparison.first_title, comparison.second_title));
  for (const std::string& caution : comparison.cautions) {
    const auto banner = page.scope("p", {{"class", "banner"}, {"role", "note"}});
    page.element("strong", "Caution.").text(" " + caution);
  }
  page.element("p",
               fmt::format("First: {}. Second: {}. Differences are second less first, as independent samples "
                           "(Newcombe's square-and-add rule, method 10). Not told apart: the interval of the "
                           "difference holds 0. Of many comparisons at {:g} %, some are expected to miss the truth.",
                           comparison.first_store, comparison.second_store, 100 * comparison.confidence));
  const auto list = page.scope("dl", {{"class", "verdicts"}});
  for (const RateComparison& rate : comparison.metrics) {
    if (rate.name == "sdc" || rate.name == "due" || rate.name == "critical") {
      rate_card(page, rate);
    }
  }
  rate_card(page, comparison.accuracy_drop);
  write_verdict(page, "golden cycles", fmt::format("{:.3g} times", comparison.cycles_ratio()),
                {fmt::format("{} and {}", count_text(comparison.first_cycles), count_text(comparison.second_cycles)),
                 "of a fault-free inference"});
}

}  // namespace

std::string comparison_page(const Comparison& comparison) {
  Markup content;
  write_head(content, comparison);
  {
    const auto main = content.scope("main");
    write_settings(content, comparison);
    {
      const auto section = content.scope("section", {{"id", "metrics"}});
      content.element("h2", "Metrics");
      std::vector<RateComparison> rates = comparison.metrics;
      rates.push_back(comparison.accuracy_drop);
      write_rates(content, "Metric", "Rates of both campaigns", rates, comparison, false);
    }
    const auto section = content.scope("section", {{"id", "structures"}});
    content.element("h2", "Structures");
    write_rates(content, "Structure", "Rates of critical runs by structure", comparison.structures, comparison, true);
  }
  return page("Fault-injection comparison: " + comparison.first_title + " and " + comparison.second_title,
              content.str());
}

}  // namespace faultline::report
