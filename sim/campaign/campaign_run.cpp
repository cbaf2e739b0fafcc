#include "sim/campaign/campaign_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace faultline::campaign {
namespace {

constexpr size_t kMostUnstored = 16384;
constexpr std::chrono::milliseconds kLongestUnstored{100};

bool selected(const std::vector<Shard>& shards, uint64_t number) {
  return std::any_of(shards.begin(), shards.end(), [number](const Shard& shard) { return shard.contains(number); });
}

}  // namespace

/// Collects rows and stores them in batches.
class CampaignRun::Recorder {
 public:
  explicit Recorder(ResultStore& store) : store_(store), last_(Clock::now()) {}

  void add(std::vector<ExperimentRow> rows) {
    count_ += rows.size();
    batches_.push_back(std::move(rows));
    if (count_ >= kMostUnstored || Clock::now() - last_ >= kLongestUnstored) {
      flush();
    }
  }
  void flush() {
    if (count_ > 0) {
      store_.append_batches(batches_);
      batches_.clear();
      count_ = 0;
    }
    last_ = Clock::now();
  }

 private:
  using Clock = std::chrono::steady_clock;
  ResultStore& store_;
  std::vector<std::vector<ExperimentRow>> batches_;
  size_t count_ = 0;  ///< rows of all batches
  Clock::time_point last_;
};

CampaignRun::CampaignRun(inject::ExperimentSource& source, size_t images, ResultStore& store, Workers& workers,
                         const Metric& question)
    : source_(source), images_(images), store_(store), workers_(workers), question_(question) {
  progress_.done = store.row_count();
  progress_.total = experiments_asked(store.description()) * source.images_per_experiment();
  store_.for_each([this](const ExperimentRow& row) { count(row); });
}

void CampaignRun::count(const ExperimentRow& row) {
  if (question_.asked_of(row)) {
    ++trials_;
    hits_ += question_.holds(row) ? 1 : 0;
  }
}

/// Gives the first row of an experiment that came without faults its faults; the others are stored without.
void CampaignRun::complete(std::vector<ExperimentRow>& rows) {
  for (ExperimentRow& row : rows) {
    if (row.faults.empty() && drawn_again_.insert(row.number).second) {
      row.faults = source_.at(row.number).faults;
    }
  }
}

/// What the store's shards ask for of a range, and the store does not hold now.
RunQueue::Wanted CampaignRun::wanted(const ExperimentRange& range) const {
  const std::vector<ResultStore::Key> done = store_.keys(range.first, range.end);
  return [shards = store_.description().shards, done](uint64_t number, size_t image) {
    return selected(shards, number) && !std::binary_search(done.begin(), done.end(), ResultStore::Key{number, image});
  };
}

void CampaignRun::run_experiments(uint64_t first, uint64_t end, const Progress& progress) {
  RunQueue queue(source_, images_, {first, end}, [this](const ExperimentRange& range) { return wanted(range); });
  Recorder recorder(store_);
  workers_.run(queue, [&](std::vector<ExperimentRow> rows) {
    for (const ExperimentRow& row : rows) {
      count(row);
    }
    progress_.done += rows.size();
    progress_.here += rows.size();
    complete(rows);
    recorder.add(std::move(rows));
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
  workers_.settle(counts);
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
