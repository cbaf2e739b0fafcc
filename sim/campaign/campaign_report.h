#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sim/campaign/campaign_description.h"
#include "sim/campaign/campaign_summary.h"

namespace faultline::campaign {

/// The summary as JSON. Rates are objects {rate, low, high}. Keys: experiments (clusters), runs (experiments x images),
/// experiments_done, complete, confidence; outcomes, rates, avf (any, p_sdc, p_due), question, margin_asked,
/// margin_reached, metrics (all, with title and definition), flags, ties, masked_in, extents, accuracy; per_structure,
/// per_layer, per_bit and strata (each with outcomes, flags, critical and avf); tool_errors (number, image, site,
/// message).
nlohmann::ordered_json to_json(const CampaignSummary& summary);

/// One row as JSON; `description` names its sites and layer.
nlohmann::ordered_json to_json(const ExperimentRow& row, const CampaignDescription& description);

/// The summary as tables for a terminal, ending in a newline: lists of many groups show those with most runs.
std::string to_text(const CampaignSummary& summary);

}  // namespace faultline::campaign
