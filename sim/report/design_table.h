#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/campaign/interval.h"
#include "sim/report/campaign_result.h"

namespace faultline::report {

/// What a design's faults do and what the design costs, from one campaign.
struct DesignRow {
  std::string store;
  std::string title;
  std::string hardened;         ///< the design file; empty: none
  uint64_t neurons = 0;         ///< protected
  uint64_t extra_words = 0;     ///< of the output buffer for them
  uint64_t runs = 0;            ///< with an outcome
  campaign::Interval critical;  ///< share of the runs, in [0, 1]
  double golden_accuracy = 0;   ///< without faults, over the images of the runs, in [0, 1]
  campaign::Interval accuracy_drop;
  campaign::Interval critical_difference;  ///< to the first design; of the first itself 0
  campaign::Interval accuracy_difference;  ///< likewise
  uint64_t cycles = 0;                     ///< of a fault-free inference
  uint64_t register_bits = 0;
  uint64_t memory_bits = 0;
  std::optional<double> gate_equivalents;  ///< of the protection units' circuits, where known
  double faults = 0;                       ///< possible ones in one inference: the population per image
  /// Critical ones among them: rate x `faults`. Times the probability of one of them happening (an upset rate per bit
  /// and cycle) it is the expected number of critical failures of an inference.
  campaign::Interval critical_faults;
};

/// Several designs side by side; differences are to the first.
struct DesignTable {
  double confidence = 0.95;
  std::vector<std::string> cautions;  ///< why this is not like with like, a sentence each
  std::vector<DesignRow> designs;
};

/// Gate equivalents of the protection units of a campaign's accelerator; nothing where they are not known.
using CostOfProtection = std::function<std::optional<double>(const campaign::CampaignDescription& description)>;

/// Of at least one result.
DesignTable design_table(const std::vector<CampaignResult>& results, const CostOfProtection& cost_of_protection);

nlohmann::ordered_json to_json(const DesignTable& table);
/// For a terminal, ending in a newline.
std::string to_text(const DesignTable& table);

}  // namespace faultline::report
