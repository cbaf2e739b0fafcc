#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sim/campaign/metric.h"
#include "sim/report/description_text.h"
#include "sim/report/interval_bar.h"
#include "sim/report/number_text.h"
#include "sim/report/page_sections.h"
#include "sim/report/site_grid.h"
#include "sim/report/table_parts.h"

namespace faultline::report {
namespace {

using campaign::GroupSummary;
using campaign::Interval;
using Groups = std::vector<GroupSummary>;

/// Groups with fewer runs do not stretch the axis: their whiskers end in an arrow instead.
constexpr uint64_t kRunsForAxis = 20;

/// What is said of groups of one kind.
struct GroupTable {
  std::string title;   ///< "Structures"
  std::string column;  ///< "Structure"
  bool is_path = false;
};

const Interval& rate_of(const GroupSummary& group, const SiteQuestion& question) {
  return *find_metric(group, question.id);
}

double axis_of(const Groups& groups, const SiteQuestion& question) {
  double all = 0;
  double settled = 0;
  for (const GroupSummary& group : groups) {
    const double high = rate_of(group, question).high;
    all = std::max(all, high);
    settled = group.counts.experiments() >= kRunsForAxis ? std::max(settled, high) : settled;
  }
  return axis_end(settled > 0 ? settled : all, 1);
}

void write_rate_cell(Markup& page, const Interval& rate, const BarAxis& axis) {
  const auto cell = page.scope("td", {{"data-value", fmt::format("{}", rate.estimate)}});
  const auto parts = page.scope("div", {{"class", "rate-cell"}});
  {
    const auto figures = page.scope("span", {{"class", "figures"}});
    page.element("span", estimate_text(rate)).text(" ");
    page.element("span", bounds(rate), {{"class", "bounds"}});
  }
  page.append(interval_bar(rate, axis));
}

void write_rates(Markup& page, const Groups& groups, const GroupTable& kind, const CampaignResult& result) {
  const SiteQuestion& question = leading_question(result.summary.total.counts);
  const BarAxis axis{axis_of(groups, question), rate_of(result.summary.total, question).estimate};
  const auto table = page.scope("table", {{"class", "rates sortable"}});
  page.element(
      "caption",
      fmt::format("Rate of {} runs with its {} interval; bars from 0 to {}, the dashed line is the whole "
                  "campaign's {}. An arrow: the interval goes on beyond the axis.",
                  question.title, confidence_text(result.description), round_percent(axis.end), percent(axis.overall)));
  write_columns(page, {{kind.column},
                       {"Runs", true},
                       {question.id == "critical" ? "Critical" : question.title, true},
                       {fmt::format("Rate, {} interval", confidence_text(result.description))}});
  const auto body = page.scope("tbody");
  for (const GroupSummary& group : groups) {
    const auto row = page.scope("tr");
    page.element("th", group.name, {{"scope", "row"}, {"class", kind.is_path ? "name site" : "name"}});
    write_count(page, group.counts.experiments());
    write_count(page, question.hits(group.counts));
    write_rate_cell(page, rate_of(group, question), axis);
  }
}

/// Metrics that held at least once in the campaign: columns of nothing say nothing.
std::vector<size_t> metrics_seen(const GroupSummary& total) {
  std::vector<size_t> seen;
  for (size_t i = 0; i < total.metrics.size(); ++i) {
    if (total.metrics[i].estimate > 0) {
      seen.push_back(i);
    }
  }
  return seen;
}

void write_all_metrics(Markup& page, const Groups& groups, const GroupTable& kind, const CampaignResult& result) {
  const std::vector<size_t> seen = metrics_seen(result.summary.total);
  const auto details = page.scope("details");
  page.element("summary", kind.column + " by all metrics");
  const auto scroll = scrolling(page, kind.column + " by all metrics");
  const auto table = page.scope("table", {{"class", "sortable"}});
  page.element("caption", "Rates of the metrics that held at least once in the campaign");
  std::vector<Column> columns = {{kind.column}, {"Runs", true}};
  for (const size_t metric : seen) {
    columns.push_back({campaign::metrics()[metric].title, true});
  }
  write_columns(page, columns);
  const auto body = page.scope("tbody");
  for (const GroupSummary& group : groups) {
    const auto row = page.scope("tr");
    page.element("th", group.name, {{"scope", "row"}, {"class", kind.is_path ? "site" : "words"}});
    write_count(page, group.counts.experiments());
    for (const size_t metric : seen) {
      const Interval& rate = group.metrics.at(metric);
      const auto cell = page.scope("td", {{"class", "number"}, {"data-value", fmt::format("{}", rate.estimate)}});
      page.text(estimate_text(rate)).empty("br");
      page.element("span", bounds(rate), {{"class", "bounds"}});
    }
  }
}

void write_group(Markup& page, const Groups& groups, const GroupTable& kind, const CampaignResult& result) {
  page.element("h3", kind.title);
  if (groups.empty()) {
    page.element("p", "No run has an outcome.");
    return;
  }
  write_rates(page, groups, kind, result);
  write_all_metrics(page, groups, kind, result);
}

/// Structures of the population that no run struck.
std::vector<const nlohmann::ordered_json*> unstruck(const CampaignResult& result) {
  std::set<std::string> struck;
  for (const GroupSummary& group : result.summary.structures) {
    if (group.counts.experiments() > 0) {
      struck.insert(group.name);
    }
  }
  std::vector<const nlohmann::ordered_json*> missing;
  const auto structures = result.description.population.find("structures");
  if (structures != result.description.population.end()) {
    for (const auto& structure : *structures) {
      if (struck.count(structure.value("path", "")) == 0) {
        missing.push_back(&structure);
      }
    }
  }
  return missing;
}

void write_unstruck(Markup& page, const CampaignResult& result) {
  const auto missing = unstruck(result);
  if (missing.empty()) {
    return;
  }
  page.element("p",
               fmt::format("{} structure{} of the population {} not struck. Of faults there, nothing is known: their "
                           "rates lie anywhere from 0 to 100 %.",
                           missing.size(), missing.size() == 1 ? "" : "s", missing.size() == 1 ? "was" : "were"));
  const auto list = page.scope("ul");
  for (const auto* structure : missing) {
    const auto item = page.scope("li");
    page.element("code", stated(*structure, "/path"));
    page.text(fmt::format(", {} bits: 0 runs, upper bound 100 %", stated(*structure, "/bits")));
  }
}

}  // namespace

void write_groups(Markup& page, const CampaignResult& result) {
  const auto section = page.scope("section", {{"id", "groups"}});
  page.element("h2", "Structures, layers, bits");
  write_group(page, result.summary.structures, {"Structures", "Structure", true}, result);
  write_unstruck(page, result);
  write_group(page, result.summary.layers, {"Layers", "Layer"}, result);
  write_group(page, result.summary.bits, {"Bit positions", "Bit"}, result);
  if (!result.summary.strata.empty()) {
    write_group(page, result.summary.strata, {"Strata", "Stratum"}, result);
  }
}

}  // namespace faultline::report
