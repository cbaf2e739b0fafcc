#include "sim/campaign/campaign.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace faultline::campaign {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::vector<Run> plan_runs(const inject::ExperimentSource& source, uint64_t first, uint64_t end,
                           const std::function<bool(uint64_t number, size_t image)>& wanted) {
  std::vector<Run> runs = all_runs(source, first, end);
  runs.erase(std::remove_if(runs.begin(), runs.end(), [&](const Run& run) { return !wanted(run.number, run.image); }),
             runs.end());
  std::stable_sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.image < b.image; });
  return runs;
}

std::vector<Run> all_runs(const inject::ExperimentSource& source, uint64_t first, uint64_t end) {
  std::vector<Run> runs;
  for (uint64_t number = first; number < end; ++number) {
    for (const size_t image : source.images_of(number)) {
      runs.push_back({number, image});
    }
  }
  return runs;
}

Task task_of(const inject::ExperimentSource& source, const Run& run) {
  inject::Experiment experiment = source.at(run.number);
  return {run.number, run.image, experiment.stratum, experiment.weight, std::move(experiment.faults)};
}

CampaignEstimate estimate_campaign(InferenceTarget& target, const inject::ExperimentSource& source,
                                   double hang_factor) {
  constexpr uint64_t kPilots = 8;
  constexpr uint64_t kPlanned = 10000;
  CampaignEstimate estimate;
  const auto all = [](uint64_t, size_t) { return true; };
  const uint64_t known = source.pilot_size() > 0 ? source.pilot_size() : source.size();
  const std::vector<Run> runs = plan_runs(source, 0, std::min(known, kPlanned), all);
  std::set<size_t> images;
  for (const Run& run : runs) {
    images.insert(run.image);
  }
  auto start = std::chrono::steady_clock::now();
  target.golden(runs.front().image);
  estimate.golden_seconds = seconds_since(start);

  ExperimentRunner runner(target, hang_factor);
  double seconds = 0;
  uint64_t pilots = 0;
  for (; pilots < std::min<uint64_t>(kPilots, runs.size()); ++pilots) {
    Task task = task_of(source, runs[pilots]);
    if (task.image != runs.front().image) {
      break;
    }
    start = std::chrono::steady_clock::now();
    runner.run(task);
    seconds += seconds_since(start) - (pilots == 0 ? estimate.golden_seconds : 0);
  }
  estimate.experiment_seconds = std::max(0.0, seconds / static_cast<double>(pilots));
  const auto total_runs = static_cast<double>(source.size()) * static_cast<double>(source.images_per_experiment());
  estimate.total_seconds =
      estimate.golden_seconds * static_cast<double>(images.size()) + estimate.experiment_seconds * total_runs;
  return estimate;
}

}  // namespace faultline::campaign
