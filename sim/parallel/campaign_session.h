#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sim/campaign/campaign_run.h"
#include "sim/campaign/prepared_campaign.h"
#include "sim/campaign/result_store.h"

namespace faultline::parallel {

/// Where and how a campaign runs; none of it changes a row.
struct SessionOptions {
  std::string store;                     ///< file; empty: the result is kept in memory
  bool resume = false;                   ///< finish the store instead of making it
  std::optional<campaign::Shard> shard;  ///< default: everything, or what the store that is resumed asks for
  size_t jobs = 0;                       ///< processes on this machine; 0: one per core, under mpirun one per rank
  std::string fault_list;                ///< file to write the faults to as a fault list; empty: none
};

/// What a session left behind.
struct SessionResult {
  campaign::ResultStore store;
  uint64_t runs = 0;  ///< that this session added
  double wall_seconds = 0;
};

/// Parses "2/4": the second of four shards. Throws UserError.
campaign::Shard parse_shard(const std::string& text);

/// Runs a campaign on this machine's cores, or on all ranks under mpirun, where rank 0 alone writes the store. Throws
/// UserError for a store that exists (without resume), that belongs to another campaign, or that cannot be sharded, and
/// for a fault list that cannot be written; nothing is written then.
///
/// Returns nothing on ranks other than 0. Forks: call it while the process has one thread.
std::optional<SessionResult> run_session(campaign::PreparedCampaign& prepared, const SessionOptions& options,
                                         const campaign::CampaignRun::Progress& progress);

}  // namespace faultline::parallel
