#include "sim/report/damage_curves.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/report/description_text.h"

namespace faultline::report {
namespace {

using nlohmann::ordered_json;

DamageCurve empty_curve(const CampaignResult& result) {
  const ordered_json& experiment = result.description.experiment;
  DamageCurve curve;
  curve.model = stated(experiment, "/model");
  curve.machine = machine_title(result.description);
  curve.where = stated(experiment, "/faults/where");
  curve.fault = stated(experiment, "/faults/model");
  if (experiment["faults"]["map"].contains("mask")) {
    curve.fault += ", mask " + stated(experiment, "/faults/map/mask");
  }
  curve.multiplier = stated(experiment, "/accelerator/multiplier");
  return curve;
}

bool same_curve(const DamageCurve& a, const DamageCurve& b) {
  return a.model == b.model && a.machine == b.machine && a.where == b.where && a.fault == b.fault &&
         a.multiplier == b.multiplier;
}

DamagePoint point_of(const CampaignResult& result) {
  const ordered_json& population = result.description.population;
  DamagePoint point;
  point.store = result.store;
  point.fraction = result.description.experiment["faults"]["map"]["fraction"].get<double>();
  point.elements = population.value("elements", uint64_t{0});
  point.damaged = population.value("faulty_elements", uint64_t{0});
  point.chips = result.summary.total.experiments;
  point.runs = result.summary.total.counts.experiments();
  point.golden_accuracy = result.summary.accuracy.golden_labels;
  point.accuracy = result.summary.accuracy.faulty_labels;
  point.accuracy_drop = accuracy_drop(result.summary);
  return point;
}

}  // namespace

DamageCurves damage_curves(const std::vector<CampaignResult>& results) {
  DamageCurves all;
  all.confidence = results.front().description.confidence;
  for (const CampaignResult& result : results) {
    if (!result.description.experiment.contains(ordered_json::json_pointer("/faults/map"))) {
      throw UserError(result.store, 0, "its faults are no map of permanent ones",
                      "give stores of campaigns with 'map' in their faults");
    }
    const DamageCurve found = empty_curve(result);
    auto curve = std::find_if(all.curves.begin(), all.curves.end(),
                              [&](const DamageCurve& other) { return same_curve(found, other); });
    if (curve == all.curves.end()) {
      curve = all.curves.insert(curve, found);
    }
    const DamagePoint point = point_of(result);
    const auto after = std::upper_bound(curve->points.begin(), curve->points.end(), point.fraction,
                                        [](double fraction, const DamagePoint& p) { return fraction < p.fraction; });
    curve->points.insert(after, point);
  }
  return all;
}

ordered_json to_json(const DamageCurves& all) {
  ordered_json curves = ordered_json::array();
  for (const DamageCurve& curve : all.curves) {
    ordered_json points = ordered_json::array();
    for (const DamagePoint& point : curve.points) {
      points.push_back({{"fraction", point.fraction},
                        {"elements", point.elements},
                        {"damaged", point.damaged},
                        {"chips", point.chips},
                        {"runs", point.runs},
                        {"golden_accuracy", point.golden_accuracy},
                        {"accuracy", point.accuracy},
                        {"accuracy_drop",
                         {{"estimate", point.accuracy_drop.estimate},
                          {"low", point.accuracy_drop.low},
                          {"high", point.accuracy_drop.high}}},
                        {"store", point.store}});
    }
    curves.push_back({{"model", curve.model},
                      {"machine", curve.machine},
                      {"where", curve.where},
                      {"fault", curve.fault},
                      {"multiplier", curve.multiplier},
                      {"points", points}});
  }
  return {{"confidence", all.confidence}, {"curves", curves}};
}

std::string to_text(const DamageCurves& all) {
  std::string text;
  const auto out = std::back_inserter(text);
  for (const DamageCurve& curve : all.curves) {
    fmt::format_to(out, "{} on {}, {} of {}, multiplier {}\n{:>10}{:>16}{:>8}{:>8}{:>14}{:>12}{:>30}\n", curve.model,
                   curve.machine, curve.fault, curve.where, curve.multiplier, "damaged %", "elements", "chips", "runs",
                   "undamaged %", "accuracy %", fmt::format("drop, points ({:g} %)", 100 * all.confidence));
    for (const DamagePoint& point : curve.points) {
      const campaign::Interval& drop = point.accuracy_drop;
      fmt::format_to(out, "{:>10.3g}{:>16}{:>8}{:>8}{:>14.2f}{:>12.2f}{:>30}\n", 100 * point.fraction,
                     fmt::format("{} of {}", point.damaged, point.elements), point.chips, point.runs,
                     100 * point.golden_accuracy, 100 * point.accuracy,
                     fmt::format("{:.2f} [{:.2f}, {:.2f}]", 100 * drop.estimate, 100 * drop.low, 100 * drop.high));
    }
  }
  return text;
}

}  // namespace faultline::report
