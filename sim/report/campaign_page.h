#pragma once

#include <string>

#include "sim/report/campaign_result.h"

namespace faultline::report {

/// The report of a campaign as one HTML page. Equal results give equal bytes.
std::string campaign_page(const CampaignResult& result);

}  // namespace faultline::report
