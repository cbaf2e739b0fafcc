#include <algorithm>

#include <fmt/format.h>

#include "sim/campaign/metric.h"
#include "sim/report/description_text.h"
#include "sim/report/number_text.h"
#include "sim/report/page_sections.h"
#include "sim/report/verdict_card.h"

namespace faultline::report {
namespace {

using campaign::CampaignDescription;
using campaign::CampaignSummary;
using campaign::Interval;
using campaign::Outcome;

void fact(Markup& page, const std::string& name, const std::string& value) {
  const auto pair = page.scope("div");
  page.element("dt", name);
  page.element("dd", value);
}

void write_facts(Markup& page, const CampaignResult& result) {
  const CampaignDescription& description = result.description;
  const auto list = page.scope("dl", {{"class", "facts"}});
  const auto& experiment = description.experiment;
  fact(page, "Network", stated(experiment, "/model"));
  fact(page, "Data",
       fmt::format("{}, {} images", stated(experiment, "/data/source"), stated(experiment, "/data/images")));
  fact(page, "Accelerator",
       fmt::format("{} array, {} dataflow", stated(experiment, "/accelerator/array"),
                   stated(experiment, "/accelerator/dataflow")));
  fact(page, "Multiplier", stated(experiment, "/accelerator/multiplier"));
  fact(page, "Faults", fault_text(description));
  fact(page, "Where", stated(experiment, "/faults/where"));
  fact(page, "Population", population_text(description));
  fact(page, "Sample", sample_text(description, result.summary.experiments_done));
  fact(page, "Seed", stated(experiment, "/seed"));
  fact(page, "Engine", stated(experiment, "/engine"));
  fact(page, "Fault-free inference", count_text(description.golden_cycles) + " cycles");
  fact(page, "Faultline", "version " + description.version);
}

void write_banners(Markup& page, const CampaignResult& result) {
  const CampaignSummary& summary = result.summary;
  const auto banner = [&](const std::string& word, const std::string& text) {
    const auto paragraph = page.scope("p", {{"class", "banner"}, {"role", "note"}});
    page.element("strong", word);
    page.text(" " + text);
  };
  if (!summary.complete) {
    banner("Incomplete.",
           fmt::format("Only {} were done. All figures are of what is there, and may change when the campaign is "
                       "finished.",
                       sample_text(result.description, summary.experiments_done)));
  }
  if (!summary.tool_errors.empty()) {
    banner("Tool errors.", fmt::format("{} runs failed in the program itself. They are in no rate; they are listed "
                                       "below.",
                                       count_text(summary.tool_errors.size())));
  }
  if (summary.total.counts.experiments() == 0) {
    banner("Empty.", "No run has an outcome: every rate lies anywhere from 0 to 100 %.");
  }
}

void write_lead(Markup& page, const CampaignResult& result) {
  const campaign::OutcomeCounts& counts = result.summary.total.counts;
  const Interval& critical = critical_rate(result.summary.total);
  page.element(
      "p",
      fmt::format("Of {} runs with a fault, {} gave the answer without a trace of it, {} ended critical: another "
                  "class, or one that the network is clearly less sure of. In the population that was sampled, the "
                  "rate of critical faults is {} ({} interval: {}).",
                  count_text(counts.experiments()), count_text(counts.count(Outcome::kMasked)),
                  count_text(counts.count(Outcome::kCritical)), percent(critical.estimate),
                  confidence_text(result.description), bounds(critical)));
}

/// How far the further bound is from the estimate, beside what was asked for.
std::string precision(const CampaignDescription& description, const std::string& metric, const Interval& interval) {
  std::string reached = fmt::format("reached \u00B1{:.2g} points", 100 * std::max(interval.estimate - interval.low,
                                                                                  interval.high - interval.estimate));
  const auto asked = asked_margin(description);
  if (!asked || (!asked->metric.empty() && asked->metric != metric)) {
    return reached;
  }
  return fmt::format("asked for \u00B1{:.2g}, {}", 100 * asked->margin, reached);
}

void write_verdicts(Markup& page, const CampaignResult& result) {
  const auto list = page.scope("dl", {{"class", "verdicts"}});
  const std::string confidence = confidence_text(result.description) + ": ";
  const auto asked = asked_margin(result.description);
  for (const campaign::Metric& metric : campaign::metrics()) {
    const bool asked_about = asked && asked->metric == metric.name;
    if (metric.name != "critical" && metric.name != "sdc" && metric.name != "due" && !asked_about) {
      continue;
    }
    const Interval& rate = *find_metric(result.summary.total, metric.name);
    write_verdict(page, metric.title, percent(rate.estimate),
                  {confidence + bounds(rate), precision(result.description, metric.name, rate)});
  }
  const campaign::Accuracy& accuracy = result.summary.accuracy;
  const Interval drop = accuracy_drop(result.summary);
  write_verdict(
      page, "Accuracy drop", points(drop.estimate) + " points",
      {fmt::format("{}{} to {} points", confidence, points(drop.low), points(drop.high)),
       fmt::format("{} without fault, {} with", percent(accuracy.golden_labels), percent(accuracy.faulty_labels))});
}

}  // namespace

void write_head(Markup& page, const CampaignResult& result) {
  const auto header = page.scope("header");
  page.element("p", "Fault-injection campaign", {{"class", "kicker"}});
  page.element("h1", design_title(result.description));
  write_banners(page, result);
  write_lead(page, result);
  write_verdicts(page, result);
  write_facts(page, result);
}

}  // namespace faultline::report
