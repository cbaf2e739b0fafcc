#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/campaign/campaign.h"
#include "sim/campaign/outcome_counts.h"

namespace faultline::campaign {

/// Shares of right answers over the experiments of a campaign, in [0, 1]. A run without an answer is not right.
struct Accuracy {
  double golden_labels = 0;  ///< fault-free answer = label
  double faulty_labels = 0;  ///< answer under fault = label
  double golden_exact = 0;   ///< fault-free answer = the exact-multiplier design's
  double faulty_exact = 0;   ///< answer under fault = the exact-multiplier design's
};

/// A campaign's rows, counted. Groups are in order of the table (structures), of execution (layers), of significance
/// (bits).
struct CampaignSummary {
  OutcomeCounts total;
  std::vector<std::pair<std::string, OutcomeCounts>> structures;
  std::vector<std::pair<std::string, OutcomeCounts>> layers;
  std::map<int, OutcomeCounts> bits;
  Accuracy accuracy;
};

/// Counts the rows. `table` gives the order of the structures.
CampaignSummary summarise(const CampaignResult& result, const hw::StateTable& table);

/// The summary as JSON: outcomes, rates with 95 % intervals, flags, per_structure, per_layer, per_bit, accuracy,
/// tool_errors (number, site and message of each).
nlohmann::ordered_json to_json(const CampaignSummary& summary, const CampaignResult& result);

/// One experiment as JSON; `table` names the sites.
nlohmann::ordered_json to_json(const ExperimentRow& row, const hw::StateTable& table);

/// The summary as a table for a terminal, ending in a newline.
std::string to_text(const CampaignSummary& summary);

}  // namespace faultline::campaign
