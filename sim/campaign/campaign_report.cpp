#include "sim/campaign/campaign_report.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "sim/campaign/interval.h"
#include "sim/inject/fault_text.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;
using Groups = std::vector<GroupSummary>;

ordered_json rate_json(uint64_t hits, uint64_t trials) {
  const Interval interval = clopper_pearson(hits, trials);
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

ordered_json group_json(const std::string& key, const ordered_json& name, const OutcomeCounts& counts,
                        bool sdc_5_applies) {
  ordered_json object = {{key, name}, {"experiments", counts.experiments()}};
  object["outcomes"] = outcomes_json(counts);
  object["flags"] = flags_json(counts, sdc_5_applies);
  object["critical"] = rate_json(counts.count(Outcome::kCritical), counts.experiments());
  return object;
}

ordered_json groups_json(const std::string& key, const Groups& groups, bool sdc_5_applies) {
  ordered_json list = ordered_json::array();
  for (const GroupSummary& group : groups) {
    list.push_back(group_json(key, group.name, group.counts, sdc_5_applies));
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

void append_rate(std::string& text, const std::string& name, uint64_t hits, uint64_t trials) {
  const Interval interval = clopper_pearson(hits, trials);
  fmt::format_to(std::back_inserter(text), "{:<14}{:>10}{:>10.3f} %   [{:.3f} %, {:.3f} %]\n", name, hits,
                 100 * interval.estimate, 100 * interval.low, 100 * interval.high);
}

}  // namespace

ordered_json to_json(const CampaignSummary& summary) {
  const OutcomeCounts& total = summary.total.counts;
  const bool with_sdc_5 = total.sdc_5_applies > 0;
  const uint64_t trials = total.experiments();
  ordered_json report;
  report["experiments"] = trials;
  report["images_struck"] = summary.images_struck;
  report["outcomes"] = outcomes_json(total);
  for (const Outcome outcome : kOutcomes) {
    report["rates"][to_string(outcome)] = rate_json(total.count(outcome), trials);
  }
  report["flags"] = flags_json(total, with_sdc_5);
  report["ties"] = {{"golden", total.golden_ties}, {"faulty", total.faulty_ties}};
  report["accuracy"] = {
      {"labels", {{"golden", summary.accuracy.golden_labels}, {"faulty", summary.accuracy.faulty_labels}}},
      {"exact_design", {{"golden", summary.accuracy.golden_exact}, {"faulty", summary.accuracy.faulty_exact}}}};
  report["per_structure"] = groups_json("path", summary.structures, with_sdc_5);
  report["per_layer"] = groups_json("layer", summary.layers, with_sdc_5);
  report["per_bit"] = ordered_json::array();
  for (const GroupSummary& group : summary.bits) {
    report["per_bit"].push_back(group_json("bit", std::stoi(group.name), group.counts, with_sdc_5));
  }
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
  const uint64_t trials = total.experiments();
  std::string text = fmt::format("{:<14}{:>10}{:>12}   {}\n", "outcome", "runs", "rate", "95 % interval");
  for (const Outcome outcome : kOutcomes) {
    append_rate(text, to_string(outcome), total.count(outcome), trials);
  }
  text += '\n';
  append_rate(text, "SDC-1", total.sdc_1, trials);
  append_rate(text, "SDC-5", total.sdc_5, trials);
  append_rate(text, "SDC-10 %", total.sdc_10_percent, trials);
  append_rate(text, "SDC-20 %", total.sdc_20_percent, trials);
  append_rate(text, "latent", total.latent, trials);
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
