#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/report/campaign_result.h"

namespace faultline::report {

/// A setting that two campaigns do not share.
struct SettingDifference {
  std::string key;  ///< "accelerator.array"
  std::string first;
  std::string second;  ///< "not stated" where there is none
};

/// A rate in two campaigns.
struct RateComparison {
  std::string name;   ///< key in JSON
  std::string title;  ///< for people
  uint64_t first_runs = 0;
  uint64_t second_runs = 0;
  campaign::Interval first;
  campaign::Interval second;
  campaign::Interval difference;  ///< second less first, in [-1, 1]

  /// The difference's interval leaves out 0.
  bool differs() const { return !difference.contains(0); }
  /// "not told apart", "second lower", "second higher".
  std::string verdict() const;
};

/// Two campaigns side by side.
struct Comparison {
  std::string first_store;
  std::string second_store;
  std::string first_title;
  std::string second_title;
  double confidence = 0.95;
  std::vector<SettingDifference> settings;
  std::vector<std::string> cautions;  ///< why this is not like with like, a sentence each
  std::vector<RateComparison> metrics;
  RateComparison accuracy_drop;
  std::vector<RateComparison>
      structures;  ///< rates of critical runs; those of the first, then those of the second only
  uint64_t first_cycles = 0;
  uint64_t second_cycles = 0;

  /// Cycles of a fault-free inference: second over first; 0 where the first has none.
  double cycles_ratio() const;
};

/// Differences of independent samples: campaign::difference(). The confidence is the first one's.
Comparison compare(const CampaignResult& first, const CampaignResult& second);

nlohmann::ordered_json to_json(const Comparison& comparison);
/// For a terminal, ending in a newline.
std::string to_text(const Comparison& comparison);
/// As one HTML page.
std::string comparison_page(const Comparison& comparison);

}  // namespace faultline::report
