#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/campaign/interval.h"
#include "sim/report/campaign_result.h"

namespace faultline::report {

/// One campaign over a map of permanent faults.
struct DamagePoint {
  std::string store;
  double fraction = 0;    ///< of the elements that are damaged, in (0, 1]
  uint64_t elements = 0;  ///< that may be damaged
  uint64_t damaged = 0;
  uint64_t chips = 0;          ///< maps drawn
  uint64_t runs = 0;           ///< chips x images
  double golden_accuracy = 0;  ///< without damage, in [0, 1]
  double accuracy = 0;         ///< with it
  campaign::Interval accuracy_drop;
};

/// Accuracy of a network against the share of a machine's elements that are damaged.
struct DamageCurve {
  std::string model;
  std::string machine;  ///< in words
  std::string where;    ///< the sites that maps are drawn from
  std::string fault;    ///< such as "stuck_at_1, mask 32768"
  std::string multiplier;
  std::vector<DamagePoint> points;  ///< by fraction
};

/// One curve for each model, machine, place, fault and multiplier, in the order in which they are first met.
struct DamageCurves {
  double confidence = 0.95;
  std::vector<DamageCurve> curves;
};

/// Of at least one result. Throws UserError for a store whose faults are no map.
DamageCurves damage_curves(const std::vector<CampaignResult>& results);

nlohmann::ordered_json to_json(const DamageCurves& curves);
/// For a terminal, ending in a newline.
std::string to_text(const DamageCurves& curves);
/// A page: a chart for each place with a line for each multiplier, one for each multiplier with a line for each place,
/// and all points.
std::string damage_page(const DamageCurves& curves);

}  // namespace faultline::report
