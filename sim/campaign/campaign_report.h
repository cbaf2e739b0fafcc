#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sim/campaign/campaign_description.h"
#include "sim/campaign/campaign_summary.h"

namespace faultline::campaign {

/// The summary as JSON: outcomes, rates with intervals, vulnerability factors, metrics, flags, margins, per_structure,
/// per_layer, per_bit, per_stratum, accuracy, tool_errors (number, image, site and message of each).
nlohmann::ordered_json to_json(const CampaignSummary& summary);

/// One row as JSON; `description` names its sites and layer.
nlohmann::ordered_json to_json(const ExperimentRow& row, const CampaignDescription& description);

/// The summary as a table for a terminal, ending in a newline.
std::string to_text(const CampaignSummary& summary);

}  // namespace faultline::campaign
