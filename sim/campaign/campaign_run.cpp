#include "sim/campaign/campaign_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace faultline::campaign {
namespace {

constexpr size_t kMostUnstored = 4096;
constexpr std::chrono::milliseconds kLongestUnstored{100};

bool selected(const std::vector<Shard>& shards, uint64_t number) {
  return std::any_of(shards.begin(), shards.end(), [number](const Shard& shard) { return shard.contains(number); });
}

}  // namespace

/// Collects rows and stores them in batches.
class CampaignRun::Recorder {
 public:
  explicit Recorder(ResultStore& store) : store_(store), last_(Clock::now()) {}

  void add(ExperimentRow row) {
    rows_.push_back(std::move(row));
    if (rows_.size() >= kMostUnstored || Clock::now() - last_ >= kLongestUnstored) {
      flush();
    }
  }
  void flush() {
    if (!rows_.empty()) {
      store_.append(rows_);
      rows_.clear();
    }
    last_ = Clock::now();
  }

 private:
  using Clock = std::chrono::steady_clock;
  ResultStore& store_;
  std::vector<ExperimentRow> rows_;
  Clock::time_point last_;
};

CampaignRun::CampaignRun(inject::ExperimentSource& source, ResultStore& store, Workers& workers, const Metric& question)
    : source_(source), store_(store), workers_(workers), question_(question), done_(store.keys()) {
  progress_.done = done_.size();
  progress_.total = experiments_asked(store.description()) * source.images_per_experiment();
  store_.for_each([this](const ExperimentRow& row) { count(row); });
}

void CampaignRun::count(const ExperimentRow& row) {
  if (question_.asked_of(row)) {
    ++trials_;
    hits_ += question_.holds(row) ? 1 : 0;
  }
}

bool CampaignRun::wanted(uint64_t number, size_t image) const {
  return selected(store_.description().shards, number) &&
         !std::binary_search(done_.begin(), done_.end(), ResultStore::Key{number, image});
}

void CampaignRun::run_experiments(uint64_t first, uint64_t end, const Progress& progress) {
  const std::vector<Run> runs =
      plan_runs(source_, first, end, [this](uint64_t number, size_t image) { return wanted(number, image); });
  Recorder recorder(store_);
  workers_.run(
      runs.size(), [&](size_t index) { return task_of(source_, runs[index]); },
      [&](ExperimentRow row) {
        count(row);
        recorder.add(std::move(row));
        ++progress_.done;
        ++progress_.here;
        progress_.rate = wilson(static_cast<double>(hits_), static_cast<double>(trials_));
        progress(progress_);
      });
  recorder.flush();
}

/// Tells the source what its pilot gave; everything of it is in the store.
void CampaignRun::settle_pilot() {
  std::vector<inject::PilotCount> counts(source_.strata().size());
  const double runs = static_cast<double>(source_.images_per_experiment());
  store_.for_each([&](const ExperimentRow& row) {
    if (row.number < source_.pilot_size() && question_.asked_of(row)) {
      inject::PilotCount& count = counts.at(row.stratum);
      count.hits += question_.holds(row) ? 1.0 / runs : 0.0;
    }
  });
  for (uint64_t number = 0; number < source_.pilot_size(); ++number) {
    ++counts.at(source_.at(number).stratum).experiments;
  }
  source_.settle(counts);
}

uint64_t CampaignRun::run(StopRule* rule, const Progress& progress) {
  uint64_t first = 0;
  if (source_.pilot_size() > 0) {
    run_experiments(0, source_.pilot_size(), progress);
    settle_pilot();
    first = source_.pilot_size();
  }
  while (first < source_.size()) {
    const uint64_t end = rule != nullptr ? std::min(source_.size(), first + rule->batch()) : source_.size();
    run_experiments(first, end, progress);
    first = end;
    if (rule != nullptr && rule->stop(store_, first)) {
      break;
    }
  }
  return first;
}

}  // namespace faultline::campaign
