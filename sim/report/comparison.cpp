#include "sim/report/comparison.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/campaign/metric.h"
#include "sim/report/description_text.h"

namespace faultline::report {
namespace {

using campaign::CampaignDescription;
using campaign::GroupSummary;
using nlohmann::ordered_json;

/// What both campaigns must share to ask the same question of two designs.
constexpr std::array<const char*, 11> kQuestion = {
    "/faults/model",      "/faults/bits",  "/faults/duration", "/faults/period", "/faults/where", "/faults/list",
    "/faults/population", "/faults/upset", "/faults/images",   "/data/source",   "/data/images"};

std::string key_of(const std::string& pointer) {
  std::string key = pointer.substr(1);
  std::replace(key.begin(), key.end(), '/', '.');
  return key;
}

/// Every scalar and list of a description that people set, by JSON pointer.
void collect(const ordered_json& json, const std::string& pointer, std::vector<std::string>& pointers) {
  if (!json.is_object()) {
    if (std::find(pointers.begin(), pointers.end(), pointer) == pointers.end()) {
      pointers.push_back(pointer);
    }
    return;
  }
  for (const auto& [key, value] : json.items()) {
    std::string place = pointer + "/";
    for (const char letter : key) {
      place += letter == '~' ? "~0" : letter == '/' ? "~1" : std::string(1, letter);
    }
    collect(value, place, pointers);
  }
}

ordered_json settings_of(const CampaignDescription& description) {
  ordered_json settings = description.experiment;
  settings["hashes"] = description.hashes;
  settings["population_size"] = stated(description.population, "/size");
  settings["version"] = description.version;
  return settings;
}

std::vector<SettingDifference> settings_that_differ(const CampaignDescription& first,
                                                    const CampaignDescription& second) {
  const ordered_json a = settings_of(first);
  const ordered_json b = settings_of(second);
  std::vector<std::string> pointers;
  collect(a, "", pointers);
  collect(b, "", pointers);
  std::vector<SettingDifference> differences;
  for (const std::string& pointer : pointers) {
    if (stated(a, pointer) != stated(b, pointer)) {
      differences.push_back({key_of(pointer), stated(a, pointer), stated(b, pointer)});
    }
  }
  return differences;
}

void caution_about(const CampaignResult& result, std::vector<std::string>& cautions) {
  const campaign::CampaignSummary& summary = result.summary;
  if (!summary.complete) {
    cautions.push_back(fmt::format("{} is incomplete: {} of {} experiments.", result.store, summary.experiments_done,
                                   result.description.experiments));
  }
  if (!summary.tool_errors.empty()) {
    cautions.push_back(
        fmt::format("{} has {} tool errors, which are in no rate.", result.store, summary.tool_errors.size()));
  }
}

std::vector<std::string> cautions_about(const CampaignResult& first, const CampaignResult& second) {
  std::vector<std::string> cautions;
  const ordered_json& a = first.description.experiment;
  const ordered_json& b = second.description.experiment;
  bool same_question = true;
  for (const char* pointer : kQuestion) {
    if (stated(a, pointer) != stated(b, pointer)) {
      same_question = false;
      cautions.push_back(fmt::format("Not the same question: {} is {} in the first and {} in the second.",
                                     key_of(pointer), stated(a, pointer), stated(b, pointer)));
    }
  }
  const std::string first_size = stated(first.description.population, "/size");
  const std::string second_size = stated(second.description.population, "/size");
  if (first_size != second_size) {
    cautions.push_back(
        fmt::format("The populations differ in size, {} and {}: a rate is a share of each design's own "
                    "faults, and a larger design also takes more of them.",
                    first_size, second_size));
  } else if (same_question && stated(a, "/seed") == stated(b, "/seed")) {
    cautions.push_back(
        "Both samples have the same seed and population, so they may hold the same faults; the intervals "
        "of the differences count the samples as independent.");
  }
  if (first.description.confidence != second.description.confidence) {
    cautions.push_back(
        fmt::format("The confidences differ: {} and {}.", first.description.confidence, second.description.confidence));
  }
  caution_about(first, cautions);
  caution_about(second, cautions);
  return cautions;
}

RateComparison rates(const std::string& name, const std::string& title, const GroupSummary& first,
                     const GroupSummary& second, const campaign::Interval& a, const campaign::Interval& b) {
  return {name, title, first.counts.experiments(), second.counts.experiments(), a, b, campaign::difference(b, a)};
}

std::vector<RateComparison> compare_structures(const std::vector<GroupSummary>& first,
                                               const std::vector<GroupSummary>& second) {
  GroupSummary none;
  none.metrics.resize(campaign::metrics().size());
  const auto named = [&none](const std::vector<GroupSummary>& groups, const std::string& name) -> const GroupSummary& {
    const auto found =
        std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.name == name; });
    return found == groups.end() ? none : *found;
  };
  std::vector<std::string> names;
  for (const auto* groups : {&first, &second}) {
    for (const GroupSummary& group : *groups) {
      if (std::find(names.begin(), names.end(), group.name) == names.end()) {
        names.push_back(group.name);
      }
    }
  }
  std::vector<RateComparison> compared;
  for (const std::string& name : names) {
    const GroupSummary& a = named(first, name);
    const GroupSummary& b = named(second, name);
    compared.push_back(rates(name, name, a, b, critical_rate(a), critical_rate(b)));
  }
  return compared;
}

}  // namespace

std::string RateComparison::verdict() const {
  if (!differs()) {
    return "not told apart";
  }
  return difference.estimate < 0 ? "second lower" : "second higher";
}

double Comparison::cycles_ratio() const {
  return first_cycles > 0 ? static_cast<double>(second_cycles) / static_cast<double>(first_cycles) : 0;
}

Comparison compare(const CampaignResult& first, const CampaignResult& second) {
  Comparison comparison;
  comparison.first_store = first.store;
  comparison.second_store = second.store;
  comparison.first_title = design_title(first.description);
  comparison.second_title = design_title(second.description);
  comparison.confidence = first.description.confidence;
  comparison.settings = settings_that_differ(first.description, second.description);
  comparison.cautions = cautions_about(first, second);
  const GroupSummary& a = first.summary.total;
  const GroupSummary& b = second.summary.total;
  for (size_t i = 0; i < campaign::metrics().size(); ++i) {
    const campaign::Metric& metric = campaign::metrics()[i];
    comparison.metrics.push_back(rates(metric.name, metric.title, a, b, a.metrics.at(i), b.metrics.at(i)));
  }
  comparison.accuracy_drop =
      rates("accuracy_drop", "accuracy drop", a, b, accuracy_drop(first.summary), accuracy_drop(second.summary));
  comparison.structures = compare_structures(first.summary.structures, second.summary.structures);
  comparison.first_cycles = first.description.golden_cycles;
  comparison.second_cycles = second.description.golden_cycles;
  return comparison;
}

}  // namespace faultline::report
