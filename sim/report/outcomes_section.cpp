#include <fmt/format.h>

#include "sim/campaign/metric.h"
#include "sim/report/description_text.h"
#include "sim/report/number_text.h"
#include "sim/report/outcome_bar.h"
#include "sim/report/outcome_flow.h"
#include "sim/report/page_sections.h"
#include "sim/report/table_parts.h"

namespace faultline::report {
namespace {

using campaign::Interval;
using campaign::Outcome;

void write_outcome_table(Markup& page, const CampaignResult& result) {
  const campaign::GroupSummary& total = result.summary.total;
  const auto table = page.scope("table");
  page.element("caption",
               fmt::format("Outcomes of {} runs. Each has exactly one.", count_text(total.counts.experiments())));
  write_columns(
      page, {{"Outcome"}, {"Runs", true}, {"Rate", true}, {confidence_text(result.description) + " interval", true}});
  const auto body = page.scope("tbody");
  for (const Outcome outcome : campaign::kOutcomes) {
    const Interval& rate = *find_metric(total, to_string(outcome));
    const auto row = page.scope("tr");
    {
      const auto head = page.scope("th", {{"scope", "row"}});
      page.append(outcome_key(outcome));
      page.text(to_string(outcome));
    }
    write_count(page, total.counts.count(outcome));
    write_share(page, rate.estimate);
    page.element("td", bounds(rate), {{"class", "number"}});
  }
}

void write_metric_table(Markup& page, const CampaignResult& result) {
  const auto table = page.scope("table", {{"class", "sortable metrics"}});
  page.element("caption", "Yes-no questions asked of every run. They overlap.");
  write_columns(page, {{"Metric"}, {"Rate", true}, {confidence_text(result.description) + " interval", true}});
  const auto body = page.scope("tbody");
  for (size_t i = 0; i < campaign::metrics().size(); ++i) {
    const campaign::Metric& metric = campaign::metrics()[i];
    const Interval& rate = result.summary.total.metrics.at(i);
    const auto row = page.scope("tr");
    {
      const auto head = page.scope("th", {{"scope", "row"}});
      page.element("strong", metric.title).empty("br");
      page.element("span", metric.definition, {{"class", "note"}});
    }
    page.element("td", estimate_text(rate), {{"class", "number"}, {"data-value", fmt::format("{}", rate.estimate)}});
    page.element("td", bounds(rate), {{"class", "number"}, {"data-value", fmt::format("{}", rate.low)}});
  }
}

void write_flow(Markup& page, const CampaignResult& result) {
  page.element("h3", "How far the faults came");
  const OutcomeFlow flow = outcome_flow(result.findings.ends());
  const auto figure = page.scope("figure");
  {
    const auto scroll = scrolling(page, "Flow of the faults");
    page.append(flow_chart(flow));
  }
  page.element("figcaption",
               "From left to right: runs whose fault came at least so far. The height of a band is its number of runs; "
               "what ends on the way is named. Shares are of all runs.");
}

}  // namespace

void write_outcomes(Markup& page, const CampaignResult& result) {
  const auto section = page.scope("section", {{"id", "outcomes"}});
  page.element("h2", "Outcomes");
  {
    const auto figure = page.scope("figure");
    page.append(outcome_bar(result.summary.total.counts));
  }
  write_outcome_table(page, result);
  if (result.summary.total.counts.experiments() > 0) {
    write_flow(page, result);
  }
  page.element("h3", "Metrics");
  write_metric_table(page, result);
}

}  // namespace faultline::report
