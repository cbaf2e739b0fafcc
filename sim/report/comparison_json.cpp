#include "sim/report/comparison.h"

namespace faultline::report {
namespace {

using nlohmann::ordered_json;

ordered_json interval_json(const campaign::Interval& interval) {
  return {{"rate", interval.estimate}, {"low", interval.low}, {"high", interval.high}};
}

ordered_json rate_json(const RateComparison& rate) {
  return {{"first", interval_json(rate.first)},
          {"second", interval_json(rate.second)},
          {"difference", interval_json(rate.difference)},
          {"includes_zero", !rate.differs()},
          {"runs", {rate.first_runs, rate.second_runs}}};
}

}  // namespace

ordered_json to_json(const Comparison& comparison) {
  ordered_json json = {{"first", comparison.first_store},
                       {"second", comparison.second_store},
                       {"confidence", comparison.confidence},
                       {"cautions", comparison.cautions},
                       {"settings", ordered_json::array()}};
  for (const SettingDifference& setting : comparison.settings) {
    json["settings"].push_back({{"key", setting.key}, {"first", setting.first}, {"second", setting.second}});
  }
  for (const RateComparison& rate : comparison.metrics) {
    json["metrics"][rate.name] = rate_json(rate);
  }
  json["accuracy_drop"] = rate_json(comparison.accuracy_drop);
  json["golden_cycles"] = {
      {"first", comparison.first_cycles}, {"second", comparison.second_cycles}, {"ratio", comparison.cycles_ratio()}};
  json["per_structure"] = ordered_json::array();
  for (const RateComparison& rate : comparison.structures) {
    ordered_json entry = {{"path", rate.name}};
    entry.update(rate_json(rate));
    json["per_structure"].push_back(std::move(entry));
  }
  return json;
}

}  // namespace faultline::report
