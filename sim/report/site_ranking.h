#pragma once

#include <vector>

#include "sim/campaign/campaign_summary.h"
#include "sim/campaign/interval.h"

namespace faultline::report {

/// A site with its share of critical runs.
struct RankedSite {
  campaign::SiteSummary site;
  campaign::Interval critical;  ///< Clopper and Pearson over its runs
};

/// The sites that were critical at least once, by the lower bound of their share, highest first, and at most `most`: a
/// site that was struck often and was often critical comes before one that was struck once. Equal ones stay in order of
/// the state table.
std::vector<RankedSite> worst_sites(const campaign::CampaignSummary& summary, double confidence, size_t most);

}  // namespace faultline::report
