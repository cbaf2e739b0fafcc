#include <fmt/format.h>

#include "sim/inject/fault_text.h"
#include "sim/report/description_text.h"
#include "sim/report/number_text.h"
#include "sim/report/page_sections.h"
#include "sim/report/site_ranking.h"
#include "sim/report/table_parts.h"

namespace faultline::report {
namespace {

using campaign::ExperimentRow;
using campaign::Outcome;

constexpr size_t kWorstSites = 20;

void write_sites(Markup& page, const CampaignResult& result) {
  const campaign::CampaignDescription& description = result.description;
  const auto ranked = worst_sites(result.summary, description.confidence, kWorstSites);
  page.element("h3", "Sites");
  if (ranked.empty()) {
    page.element("p", "No site had a critical run.");
    return;
  }
  page.element(
      "p",
      fmt::format("Ranked by the lower bound of the {} interval (Clopper and Pearson) of the share of a site's "
                  "runs that were critical, so that a site that was struck often and was often critical comes "
                  "before one that was struck once. With many sites and few runs on each, the order is a "
                  "hint, not a finding.",
                  confidence_text(description)),
      {{"class", "note"}});
  const auto scroll = scrolling(page, "Worst sites");
  const auto table = page.scope("table", {{"class", "sortable"}});
  page.element("caption", "Worst sites");
  write_columns(page, {{"Site"},
                       {"Runs", true},
                       {"Critical", true},
                       {"Share", true},
                       {"At least", true},
                       {"First critical experiment", true}});
  const auto body = page.scope("tbody");
  for (const RankedSite& entry : ranked) {
    const auto row = page.scope("tr");
    page.element("th", campaign::site_path(description, entry.site.site), {{"scope", "row"}, {"class", "site"}});
    write_count(page, entry.site.counts.experiments());
    write_count(page, entry.site.counts.count(Outcome::kCritical));
    write_share(page, entry.critical.estimate);
    write_share(page, entry.critical.low);
    const auto number = result.findings.critical_experiment(entry.site.site);
    page.element("td", number ? std::to_string(*number) : "", {{"class", "number"}});
  }
}

std::string faults_text(const campaign::CampaignDescription& description, const ExperimentRow& row) {
  std::string text;
  for (const hw::Fault& fault : row.faults) {
    text += fmt::format("{}{} mask {:#x} {} at cycle {}", text.empty() ? "" : "; ",
                        campaign::site_path(description, fault.site), fault.mask, inject::to_string(fault.model),
                        fault.start);
  }
  return text;
}

void write_experiments(Markup& page, const CampaignResult& result) {
  page.element("h3", "Experiments");
  if (result.findings.worst().empty()) {
    page.element("p", "No experiment was critical.");
    return;
  }
  const auto scroll = scrolling(page, "Experiments that did most harm");
  const auto table = page.scope("table", {{"class", "sortable"}});
  page.element("caption",
               "Experiments that did most harm: those that changed the class first, then by the confidence of the "
               "golden class that they left");
  write_columns(page, {{"Experiment", true},
                       {"Image", true},
                       {"Class without, with"},
                       {"Confidence without", true},
                       {"With", true},
                       {"Layer"},
                       {"Faults"}});
  const auto body = page.scope("tbody");
  for (const ExperimentRow& experiment : result.findings.worst()) {
    const auto row = page.scope("tr");
    page.element("th", std::to_string(experiment.number), {{"scope", "row"}, {"class", "number"}});
    write_count(page, experiment.image);
    page.element("td", fmt::format("{}, {}", experiment.judgement.golden_class, experiment.judgement.faulty_class));
    write_share(page, experiment.judgement.golden_confidence);
    write_share(page, experiment.judgement.faulty_confidence);
    page.element("td", campaign::layer_name(result.description, experiment.layer));
    page.element("td", faults_text(result.description, experiment), {{"class", "name"}});
  }
}

}  // namespace

void write_worst(Markup& page, const CampaignResult& result) {
  const auto section = page.scope("section", {{"id", "worst"}});
  page.element("h2", "Worst sites and experiments");
  write_sites(page, result);
  write_experiments(page, result);
}

void write_tool_errors(Markup& page, const CampaignResult& result) {
  constexpr size_t kMost = 200;
  const auto& errors = result.summary.tool_errors;
  if (errors.empty()) {
    return;
  }
  const auto section = page.scope("section", {{"id", "tool-errors"}});
  page.element("h2", "Tool errors");
  page.element("p", "The program itself failed in these runs. They have no outcome and are in no rate.");
  const auto scroll = scrolling(page, "Tool errors");
  const auto table = page.scope("table");
  page.element("caption", errors.size() > kMost ? fmt::format("The first {} of {} tool errors", kMost, errors.size())
                                                : fmt::format("{} tool errors", errors.size()));
  write_columns(page, {{"Experiment", true}, {"Image", true}, {"Site"}, {"Message"}});
  const auto body = page.scope("tbody");
  for (size_t i = 0; i < std::min(errors.size(), kMost); ++i) {
    const auto row = page.scope("tr");
    page.element("th", std::to_string(errors[i].number), {{"scope", "row"}, {"class", "number"}});
    write_count(page, errors[i].image);
    page.element("td", errors[i].site, {{"class", "name"}});
    page.element("td", errors[i].message);
  }
}

}  // namespace faultline::report
