#pragma once

#include <string>
#include <vector>

#include "sim/campaign/campaign_description.h"

namespace faultline::campaign {

/// "FLTR": SQLite's application_id of result stores.
constexpr int kStoreApplication = 0x464C5452;
/// SQLite's user_version of result stores: the format that this program writes, and the only one that it reads.
constexpr int kStoreFormat = 1;

/// The columns of table `experiment` in the order in which they are written and read.
const std::vector<std::string>& experiment_columns();
/// Likewise of table `run`.
const std::vector<std::string>& run_columns();

/// Flags of a run: bits of its column `flags`, in this order from the lowest on.
enum class RunFlag {
  kSdc1,
  kSdc5Applies,
  kSdc5,
  kSdc10Percent,
  kSdc20Percent,
  kGoldenTie,
  kFaultyTie,
  kLatent,
  kCorrected,
  kFollowed,
};
constexpr int kRunFlags = 10;

/// The statements that make an empty store for this campaign, but for its description.
std::string schema_sql(const CampaignDescription& description);

}  // namespace faultline::campaign
