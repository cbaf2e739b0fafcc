#pragma once

#include <string>
#include <vector>

#include "sim/report/campaign_result.h"

namespace faultline::cli {

/// Reads a result store. Throws UserError when it is none.
report::CampaignResult read_stored(const std::string& store);

/// Throws UserError when `output` is one of the files that are read.
void refuse_to_overwrite(const std::string& output, const std::vector<std::string>& inputs);

}  // namespace faultline::cli
