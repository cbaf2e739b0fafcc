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

const Interval& rate_of(const GroupSummary& group, const std::string& metric) {
  return group.metrics.at(metric_index(metric, "report"));
}

ordered_json rate_json(const GroupSummary& group, const std::string& metric) {
  const Interval& interval = rate_of(group, metric);
  return {{"rate", interval.estimate}, {"low", interval.low}, {"high", interval.high}};
}

/// Vulnerability factors, kept apart: any effect, silent corruption, no answer.
ordered_json avf_json(const GroupSummary& group) {
  return {{"any", rate_json(group, "any")}, {"p_sdc", rate_json(group, "sdc")}, {"p_due", rate_json(group, "due")}};
}

ordered_json metrics_json(const GroupSummary& group) {
  ordered_json object;
  for (const Metric& metric : metrics()) {
    object[metric.name] = rate_json(group, metric.name);
  }
  return object;
}

/// Counts by name; those without a name are left out.
template <typename Kinds, typename Counts>
ordered_json counts_json(const Kinds& kinds, const Counts& counts) {
  ordered_json object;
  for (size_t i = 0; i < kinds.size(); ++i) {
    const std::string name = to_string(kinds[i]);
    if (!name.empty()) {
      object[name] = counts[i];
    }
  }
  return object;
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

ordered_json group_json(const std::string& key, const ordered_json& name, const GroupSummary& group,
                        bool sdc_5_applies) {
  ordered_json object = {{key, name}, {"experiments", group.experiments}, {"runs", group.counts.experiments()}};
  object["outcomes"] = outcomes_json(group.counts);
  object["flags"] = flags_json(group.counts, sdc_5_applies);
  object["critical"] = rate_json(group, "critical");
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

void append_group(std::string& text, const std::string& name, const OutcomeCounts& counts) {
  fmt::format_to(std::back_inserter(text), "{:<43} {:>8}", name, counts.experiments());
  for (const Outcome outcome : kOutcomes) {
    fmt::format_to(std::back_inserter(text), "{:>10}", counts.count(outcome));
  }
  text += '\n';
}

void append_groups(std::string& text, const std::string& title, const Groups& groups) {
  fmt::format_to(std::back_inserter(text), "\n{:<43} {:>8}", title, "runs");
  for (const Outcome outcome : kOutcomes) {
    fmt::format_to(std::back_inserter(text), "{:>10}", to_string(outcome));
  }
  text += '\n';
  for (const GroupSummary& group : groups) {
    append_group(text, group.name, group.counts);
  }
}

void append_rate(std::string& text, const std::string& name, uint64_t hits, const Interval& rate) {
  fmt::format_to(std::back_inserter(text), "{:<14}{:>10}{:>10.3f} %   [{:.3f} %, {:.3f} %]\n", name, hits,
                 100 * rate.estimate, 100 * rate.low, 100 * rate.high);
}

std::string precision_text(const CampaignSummary& summary) {
  const Precision& precision = summary.precision;
  const std::string& title = metrics()[precision.question].title;
  const std::string asked = precision.asked ? fmt::format("asked for +-{:.3g} points, ", 100 * *precision.asked) : "";
  if (precision.nothing_seen) {
    return fmt::format("{}: {}none seen, at most {:.3g} %\n", title, asked, 100 * precision.reached);
  }
  return fmt::format("{}: {}reached +-{:.3g} points\n", title, asked, 100 * precision.reached);
}

}  // namespace

ordered_json to_json(const CampaignSummary& summary) {
  const OutcomeCounts& total = summary.total.counts;
  const bool with_sdc_5 = total.sdc_5_applies > 0;
  ordered_json report;
  report["experiments"] = summary.total.experiments;
  report["runs"] = total.experiments();
  report["complete"] = summary.complete;
  report["images_struck"] = summary.images_struck;
  report["question"] = metrics()[summary.precision.question].name;
  report["margin_asked"] = summary.precision.asked ? ordered_json(*summary.precision.asked) : ordered_json(nullptr);
  report["margin_reached"] = summary.precision.reached;
  report["outcomes"] = outcomes_json(total);
  for (const Outcome outcome : kOutcomes) {
    report["rates"][to_string(outcome)] = rate_json(summary.total, to_string(outcome));
  }
  report["avf"] = avf_json(summary.total);
  report["metrics"] = metrics_json(summary.total);
  report["masked_in"] = counts_json(kMaskedPlaces, summary.masked_in);
  report["extents"] = counts_json(kExtents, summary.extents);
  report["flags"] = flags_json(total, with_sdc_5);
  report["ties"] = {{"golden", total.golden_ties}, {"faulty", total.faulty_ties}};
  report["accuracy"] = {
      {"labels", {{"golden", summary.accuracy.golden_labels}, {"faulty", summary.accuracy.faulty_labels}}},
      {"exact_design", {{"golden", summary.accuracy.golden_exact}, {"faulty", summary.accuracy.faulty_exact}}}};
  report["per_structure"] = groups_json("path", summary.structures, with_sdc_5);
  report["per_layer"] = groups_json("layer", summary.layers, with_sdc_5);
  report["per_bit"] = ordered_json::array();
  for (const GroupSummary& group : summary.bits) {
    report["per_bit"].push_back(group_json("bit", std::stoi(group.name), group, with_sdc_5));
  }
  report["per_stratum"] = groups_json("stratum", summary.strata, with_sdc_5);
  report["tool_errors"] = ordered_json::array();
  for (const ToolError& error : summary.tool_errors) {
    report["tool_errors"].push_back(
        {{"number", error.number}, {"image", error.image}, {"site", error.site}, {"message", error.message}});
  }
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
  const OutcomeCounts& total = summary.total.counts;
  std::string text = fmt::format("{:<14}{:>10}{:>12}   {}\n", "outcome", "runs", "rate", "95 % interval");
  for (const Outcome outcome : kOutcomes) {
    append_rate(text, to_string(outcome), total.count(outcome), rate_of(summary.total, to_string(outcome)));
  }
  text += '\n';
  append_rate(text, "SDC-1", total.sdc_1, rate_of(summary.total, "sdc_1"));
  append_rate(text, "SDC-5", total.sdc_5, rate_of(summary.total, "sdc_5"));
  append_rate(text, "SDC-10 %", total.sdc_10_percent, rate_of(summary.total, "sdc_10_percent"));
  append_rate(text, "SDC-20 %", total.sdc_20_percent, rate_of(summary.total, "sdc_20_percent"));
  append_rate(text, "latent", total.latent, rate_of(summary.total, "latent"));
  text += precision_text(summary);
  append_groups(text, "structure", summary.structures);
  append_groups(text, "layer", summary.layers);
  fmt::format_to(std::back_inserter(text),
                 "\naccuracy against labels: {:.2f} % without fault, {:.2f} % with\n"
                 "agreement with the exact-multiplier design: {:.2f} % without fault, {:.2f} % with\n",
                 100 * summary.accuracy.golden_labels, 100 * summary.accuracy.faulty_labels,
                 100 * summary.accuracy.golden_exact, 100 * summary.accuracy.faulty_exact);
  if (total.tool_errors > 0) {
    fmt::format_to(std::back_inserter(text), "tool errors, in no rate: {}\n", total.tool_errors);
  }
  return text;
}

}  // namespace faultline::campaign
