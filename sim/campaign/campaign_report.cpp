#include "sim/campaign/campaign_report.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "sim/campaign/interval.h"
#include "sim/campaign/metric.h"
#include "sim/inject/fault_text.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;
using Groups = std::vector<GroupSummary>;

/// Longer lists are cut on a terminal.
constexpr size_t kMostLines = 12;

const Interval& rate_of(const GroupSummary& group, const std::string& metric) {
  return group.metrics.at(metric_index(metric, "report"));
}

ordered_json interval_json(const Interval& interval) {
  return {{"rate", interval.estimate}, {"low", interval.low}, {"high", interval.high}};
}

ordered_json outcomes_json(const OutcomeCounts& counts) {
  ordered_json object;
  for (const Outcome outcome : kOutcomes) {
    object[to_string(outcome)] = counts.count(outcome);
  }
  return object;
}

ordered_json flags_json(const OutcomeCounts& counts, bool sdc_5_applies) {
  return {{"sdc_1", counts.sdc_1},
          {"sdc_5", sdc_5_applies ? ordered_json(counts.sdc_5) : ordered_json(nullptr)},
          {"sdc_10_percent", counts.sdc_10_percent},
          {"sdc_20_percent", counts.sdc_20_percent},
          {"latent", counts.latent}};
}

ordered_json avf_json(const GroupSummary& group) {
  return {{"any", interval_json(rate_of(group, "any"))},
          {"p_sdc", interval_json(rate_of(group, "sdc"))},
          {"p_due", interval_json(rate_of(group, "due"))}};
}

ordered_json group_json(const std::string& key, const ordered_json& name, const GroupSummary& group,
                        bool sdc_5_applies) {
  ordered_json object = {{key, name}, {"experiments", group.experiments}, {"runs", group.counts.experiments()}};
  object["outcomes"] = outcomes_json(group.counts);
  object["flags"] = flags_json(group.counts, sdc_5_applies);
  object["critical"] = interval_json(rate_of(group, "critical"));
  object["avf"] = avf_json(group);
  return object;
}

ordered_json groups_json(const std::string& key, const Groups& groups, bool sdc_5_applies) {
  ordered_json list = ordered_json::array();
  for (const GroupSummary& group : groups) {
    list.push_back(group_json(key, group.name, group, sdc_5_applies));
  }
  return list;
}

/// Rates of all metrics with what they mean.
ordered_json metrics_json(const GroupSummary& group) {
  ordered_json object;
  for (size_t i = 0; i < metrics().size(); ++i) {
    ordered_json entry = interval_json(group.metrics[i]);
    entry["title"] = metrics()[i].title;
    entry["definition"] = metrics()[i].definition;
    object[metrics()[i].name] = std::move(entry);
  }
  return object;
}

ordered_json masked_json(const CampaignSummary& summary) {
  ordered_json object;
  for (const MaskedIn place : kMaskedPlaces) {
    if (place != MaskedIn::kNowhere) {
      object[to_string(place)] = summary.masked_in[static_cast<size_t>(place)];
    }
  }
  return object;
}

ordered_json extents_json(const CampaignSummary& summary) {
  ordered_json object;
  for (const Extent extent : kExtents) {
    object[to_string(extent)] = summary.extents[static_cast<size_t>(extent)];
  }
  return object;
}

ordered_json tool_errors_json(const CampaignSummary& summary) {
  ordered_json list = ordered_json::array();
  for (const ToolError& error : summary.tool_errors) {
    list.push_back(
        {{"number", error.number}, {"image", error.image}, {"site", error.site}, {"message", error.message}});
  }
  return list;
}

void append_group(std::string& text, const GroupSummary& group) {
  fmt::format_to(std::back_inserter(text), "{:<43} {:>8}", group.name, group.counts.experiments());
  for (const Outcome outcome : kOutcomes) {
    fmt::format_to(std::back_inserter(text), "{:>10}", group.counts.count(outcome));
  }
  text += '\n';
}

void append_groups(std::string& text, const std::string& title, const Groups& groups) {
  if (groups.empty()) {
    return;
  }
  fmt::format_to(std::back_inserter(text), "\n{:<43} {:>8}", title, "runs");
  for (const Outcome outcome : kOutcomes) {
    fmt::format_to(std::back_inserter(text), "{:>10}", to_string(outcome));
  }
  text += '\n';
  std::vector<const GroupSummary*> shown;
  std::transform(groups.begin(), groups.end(), std::back_inserter(shown), [](const GroupSummary& g) { return &g; });
  if (groups.size() > kMostLines) {
    std::stable_sort(shown.begin(), shown.end(), [](const GroupSummary* a, const GroupSummary* b) {
      return a->counts.experiments() > b->counts.experiments();
    });
    shown.resize(kMostLines - 1);
  }
  for (const GroupSummary* group : shown) {
    append_group(text, *group);
  }
  if (shown.size() < groups.size()) {
    fmt::format_to(std::back_inserter(text), "... and {} with fewer runs; --json has all\n",
                   groups.size() - shown.size());
  }
}

void append_rate(std::string& text, const std::string& name, const std::string& count, const Interval& interval) {
  fmt::format_to(std::back_inserter(text), "{:<14}{:>10}{:>10.3f} %   [{:.3f} %, {:.3f} %]\n", name, count,
                 100 * interval.estimate, 100 * interval.low, 100 * interval.high);
}

void append_outcomes(std::string& text, const CampaignSummary& summary) {
  const GroupSummary& total = summary.total;
  fmt::format_to(std::back_inserter(text), "{:<14}{:>10}{:>12}   {:.4g} % interval\n", "outcome", "runs", "rate",
                 100 * summary.confidence);
  for (const Outcome outcome : kOutcomes) {
    append_rate(text, to_string(outcome), std::to_string(total.counts.count(outcome)),
                rate_of(total, to_string(outcome)));
  }
  text += '\n';
  append_rate(text, "AVF, any", "", rate_of(total, "any"));
  append_rate(text, "P(SDC)", "", rate_of(total, "sdc"));
  append_rate(text, "P(DUE)", "", rate_of(total, "due"));
  append_rate(text, "SDC-1", std::to_string(total.counts.sdc_1), rate_of(total, "sdc_1"));
  if (total.counts.sdc_5_applies > 0) {
    append_rate(text, "SDC-5", std::to_string(total.counts.sdc_5), rate_of(total, "sdc_5"));
  }
  append_rate(text, "SDC-10 %", std::to_string(total.counts.sdc_10_percent), rate_of(total, "sdc_10_percent"));
  append_rate(text, "SDC-20 %", std::to_string(total.counts.sdc_20_percent), rate_of(total, "sdc_20_percent"));
  append_rate(text, "latent", std::to_string(total.counts.latent), rate_of(total, "latent"));
}

void append_masked(std::string& text, const CampaignSummary& summary) {
  text += "\nmasked in";
  const char* before = "     ";
  for (const MaskedIn place : kMaskedPlaces) {
    if (place != MaskedIn::kNowhere) {
      fmt::format_to(std::back_inserter(text), "{}{} {}", before, to_string(place),
                     summary.masked_in[static_cast<size_t>(place)]);
      before = ", ";
    }
  }
  text += "\nreached  ";
  before = "     ";
  for (const Extent extent : kExtents) {
    fmt::format_to(std::back_inserter(text), "{}{} {}", before, to_string(extent),
                   summary.extents[static_cast<size_t>(extent)]);
    before = ", ";
  }
  text += '\n';
}

void append_margin(std::string& text, const CampaignSummary& summary) {
  const Margin& margin = summary.margin;
  const std::string asked = margin.asked ? fmt::format("asked for +-{:.4g} %, ", 100 * *margin.asked) : "";
  const bool unseen = margin.rate.estimate <= 0;
  const std::string reached = unseen ? fmt::format("seen never, at most {:.4g} %", 100 * margin.rate.high)
                                     : fmt::format("reached +-{:.4g} %", 100 * margin.reached());
  fmt::format_to(std::back_inserter(text), "\nmargin of {}: {}{}\n", margin.question, asked, reached);
  if (!summary.complete) {
    fmt::format_to(std::back_inserter(text), "not complete: {} experiments are done\n", summary.experiments_done);
  }
}

}  // namespace

ordered_json to_json(const CampaignSummary& summary) {
  const OutcomeCounts& total = summary.total.counts;
  const bool with_sdc_5 = total.sdc_5_applies > 0;
  ordered_json report;
  report["experiments"] = summary.total.experiments;
  report["runs"] = total.experiments();
  report["experiments_done"] = summary.experiments_done;
  report["complete"] = summary.complete;
  report["images_struck"] = summary.images_struck;
  report["followed"] = summary.followed;
  report["simulated"] = total.experiments() - summary.followed;
  report["confidence"] = summary.confidence;
  report["outcomes"] = outcomes_json(total);
  for (const Outcome outcome : kOutcomes) {
    report["rates"][to_string(outcome)] = interval_json(rate_of(summary.total, to_string(outcome)));
  }
  report["avf"] = avf_json(summary.total);
  report["question"] = summary.margin.question;
  report["margin_asked"] = summary.margin.asked ? ordered_json(*summary.margin.asked) : ordered_json(nullptr);
  report["margin_reached"] = summary.margin.reached();
  report["metrics"] = metrics_json(summary.total);
  report["flags"] = flags_json(total, with_sdc_5);
  report["ties"] = {{"golden", total.golden_ties}, {"faulty", total.faulty_ties}};
  report["masked_in"] = masked_json(summary);
  report["extents"] = extents_json(summary);
  report["accuracy"] = {
      {"labels", {{"golden", summary.accuracy.golden_labels}, {"faulty", summary.accuracy.faulty_labels}}},
      {"exact_design", {{"golden", summary.accuracy.golden_exact}, {"faulty", summary.accuracy.faulty_exact}}}};
  report["per_structure"] = groups_json("path", summary.structures, with_sdc_5);
  report["per_layer"] = groups_json("layer", summary.layers, with_sdc_5);
  report["per_bit"] = ordered_json::array();
  for (const GroupSummary& group : summary.bits) {
    report["per_bit"].push_back(group_json("bit", std::stoi(group.name), group, with_sdc_5));
  }
  report["strata"] = groups_json("stratum", summary.strata, with_sdc_5);
  report["tool_errors"] = tool_errors_json(summary);
  return report;
}

ordered_json to_json(const ExperimentRow& row, const CampaignDescription& description) {
  ordered_json faults = ordered_json::array();
  for (const hw::Fault& fault : row.faults) {
    faults.push_back({{"path", site_path(description, fault.site)},
                      {"mask", fmt::format("{:#x}", fault.mask)},
                      {"model", inject::to_string(fault.model)},
                      {"start", fault.start},
                      {"duration", fault.duration},
                      {"period", fault.period}});
  }
  ordered_json object = {{"number", row.number},
                         {"image", row.image},
                         {"faults", std::move(faults)},
                         {"layer", layer_name(description, row.layer)}};
  if (!row.tool_error.empty()) {
    object["tool_error"] = row.tool_error;
    return object;
  }
  const Judgement& judged = row.judgement;
  object["outcome"] = to_string(judged.outcome);
  object["label"] = row.label;
  object["golden_class"] = judged.golden_class;
  object["faulty_class"] = judged.faulty_class < 0 ? ordered_json(nullptr) : ordered_json(judged.faulty_class);
  object["golden_confidence"] = judged.golden_confidence;
  object["faulty_confidence"] = judged.faulty_confidence;
  object["sdc_1"] = judged.sdc_1;
  object["sdc_5"] = judged.sdc_5 ? ordered_json(*judged.sdc_5) : ordered_json(nullptr);
  object["sdc_10_percent"] = judged.sdc_10_percent;
  object["sdc_20_percent"] = judged.sdc_20_percent;
  object["latent"] = row.latent;
  object["extent"] = to_string(row.extent);
  object["masked_in"] = to_string(row.masked_in);
  object["cycles"] = row.cycles;
  return object;
}

std::string to_text(const CampaignSummary& summary) {
  std::string text;
  append_outcomes(text, summary);
  append_masked(text, summary);
  append_groups(text, "structure", summary.structures);
  append_groups(text, "layer", summary.layers);
  append_groups(text, "stratum", summary.strata);
  append_margin(text, summary);
  fmt::format_to(std::back_inserter(text), "runs simulated: {} of {}; the others were followed by their cones\n",
                 summary.total.counts.experiments() - summary.followed, summary.total.counts.experiments());
  fmt::format_to(std::back_inserter(text),
                 "accuracy against labels: {:.2f} % without fault, {:.2f} % with\n"
                 "agreement with the exact-multiplier design: {:.2f} % without fault, {:.2f} % with\n",
                 100 * summary.accuracy.golden_labels, 100 * summary.accuracy.faulty_labels,
                 100 * summary.accuracy.golden_exact, 100 * summary.accuracy.faulty_exact);
  if (summary.total.counts.tool_errors > 0) {
    fmt::format_to(std::back_inserter(text), "tool errors, in no rate: {}\n", summary.total.counts.tool_errors);
  }
  return text;
}

}  // namespace faultline::campaign
