#include "sim/parallel/campaign_session.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sim/campaign/experiment_runner.h"
#include "sim/campaign/pending_file.h"
#include "sim/config/user_error.h"
#include "sim/parallel/rank_lane.h"
#include "sim/parallel/ranks.h"
#include "sim/parallel/scheduler.h"
#include "sim/parallel/worker_process.h"

namespace faultline::parallel {
namespace {

using campaign::CampaignDescription;
using campaign::ResultStore;
using campaign::Shard;

std::vector<std::unique_ptr<WorkerProcess>> hire(campaign::ExperimentRunner& runner, inject::ExperimentSource& source,
                                                 size_t jobs) {
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const size_t count = jobs > 0 ? jobs : started_by_mpi() ? 1 : cores;
  std::vector<std::unique_ptr<WorkerProcess>> workers;
  for (size_t i = 0; i < count; ++i) {
    workers.push_back(std::make_unique<WorkerProcess>(runner, source));
  }
  return workers;
}

std::vector<Lane*> lanes_of(const std::vector<std::unique_ptr<WorkerProcess>>& workers) {
  std::vector<Lane*> lanes;
  for (const auto& worker : workers) {
    lanes.push_back(worker.get());
  }
  return lanes;
}

ResultStore resumed(const SessionOptions& options, const CampaignDescription& description) {
  ResultStore store = ResultStore::open_to_append(options.store);
  if (const auto difference = campaign::difference_between(description, store.description())) {
    throw UserError(options.store, 0,
                    fmt::format("is of another campaign: {} is {}, not {}", difference->key, difference->found,
                                difference->expected),
                    "use the experiment, files and version that it was made with");
  }
  if (options.shard && store.description().shards != std::vector<Shard>{*options.shard}) {
    throw UserError(options.store, 0, "holds other shards than --shard asks for",
                    "leave --shard out to finish what the store was made for");
  }
  return store;
}

ResultStore open_store(const SessionOptions& options, CampaignDescription description) {
  if (options.resume) {
    return resumed(options, description);
  }
  description.shards = {options.shard.value_or(Shard{})};
  return options.store.empty() ? ResultStore::in_memory(description) : ResultStore::create(options.store, description);
}

/// The store, and the fault list if one is wanted: both or neither.
ResultStore begin(const SessionOptions& options, const campaign::PreparedCampaign& prepared) {
  if (options.fault_list.empty()) {
    return open_store(options, prepared.description());
  }
  campaign::PendingFile list(options.fault_list);
  prepared.write_fault_list(list);
  ResultStore store = open_store(options, prepared.description());
  list.publish();
  return store;
}

void check(const SessionOptions& options, campaign::PreparedCampaign& prepared) {
  if (options.resume && options.store.empty()) {
    throw UserError("--resume", 0, "there is no store to resume", "name it with --out");
  }
  if (options.shard && options.shard->of > 1 && (prepared.experiments().pilot_size() > 0 || prepared.stop_rule())) {
    throw UserError("--shard", 0, "a sequential campaign, or one with a pilot, looks at all of its results so far",
                    "run it unsharded, with --jobs or mpirun");
  }
}

}  // namespace

Shard parse_shard(const std::string& text) {
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto [slash, error] = std::from_chars(text.data(), end, shard.index);
  const bool first = error == std::errc() && slash != end && *slash == '/';
  const auto second = std::from_chars(first ? slash + 1 : end, end, shard.of);
  const bool whole = first && second.ec == std::errc() && second.ptr == end;
  if (!whole || shard.index < 1 || shard.index > shard.of) {
    throw UserError("--shard", 0, fmt::format("'{}' is no shard", text), "write i/n with 1 <= i <= n, such as 2/4");
  }
  return shard;
}

std::optional<SessionResult> run_session(campaign::PreparedCampaign& prepared, const SessionOptions& options,
                                         const campaign::CampaignRun::Progress& progress) {
  check(options, prepared);
  campaign::ExperimentRunner runner(prepared.target(), prepared.hang_factor());
  const auto workers = hire(runner, prepared.experiments(), options.jobs);
  std::vector<Lane*> lanes = lanes_of(workers);
  if (rank_before_start() > 0) {
    serve_rank(*connect_ranks(), lanes);
    return std::nullopt;
  }

  const auto start = std::chrono::steady_clock::now();
  ResultStore store = begin(options, prepared);
  const std::unique_ptr<Ranks> ranks = started_by_mpi() ? connect_ranks() : nullptr;
  const std::unique_ptr<RankLanes> others = ranks ? std::make_unique<RankLanes>(*ranks) : nullptr;
  if (others) {
    const std::vector<Lane*> remote = others->lanes();
    lanes.insert(lanes.end(), remote.begin(), remote.end());
  }
  Scheduler scheduler(lanes);
  campaign::CampaignRun run(prepared.experiments(), prepared.target().images(), store, scheduler, prepared.question());
  std::optional<campaign::StopRule> rule = prepared.stop_rule();
  uint64_t here = 0;
  const uint64_t experiments = run.run(rule ? &*rule : nullptr, [&](const campaign::CampaignProgress& now) {
    here = now.here;
    progress(now);
  });
  store.finish(experiments);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return SessionResult{std::move(store), here, wall.count()};
}

}  // namespace faultline::parallel
