#include "sim/campaign/campaign.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <numeric>
#include <optional>
#include <set>

#include "sim/campaign/attribution.h"

namespace faultline::campaign {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

const hw::Fault& first_to_act(const std::vector<hw::Fault>& faults) {
  return *std::min_element(faults.begin(), faults.end(),
                           [](const hw::Fault& a, const hw::Fault& b) { return a.start < b.start; });
}

int lowest_bit(uint64_t mask) {
  return __builtin_ctzll(mask);
}

}  // namespace

Campaign::Campaign(InferenceTarget& target, const inject::ExperimentSource& source, double hang_factor)
    : target_(target), source_(source), hang_factor_(hang_factor) {}

std::vector<uint64_t> Campaign::order() const {
  std::vector<uint64_t> numbers(source_.size());
  std::iota(numbers.begin(), numbers.end(), uint64_t{0});
  std::vector<size_t> images(numbers.size());
  std::transform(numbers.begin(), numbers.end(), images.begin(),
                 [this](uint64_t number) { return source_.image_of(number); });
  std::stable_sort(numbers.begin(), numbers.end(), [&](uint64_t a, uint64_t b) { return images[a] < images[b]; });
  return numbers;
}

ExperimentRow Campaign::describe(uint64_t number, const inject::Experiment& experiment) const {
  ExperimentRow row;
  row.number = number;
  row.image = experiment.image;
  row.faults = experiment.faults;
  row.label = target_.label(experiment.image);
  const hw::Fault& fault = first_to_act(row.faults);
  const hw::StateField& field = target_.state().fields()[fault.site.field];
  row.site = hw::element_path(field, fault.site.element);
  row.structure = field.path;
  row.bit = lowest_bit(fault.mask);
  return row;
}

void Campaign::run_one(ExperimentRow& row) {
  row.layer = layer_struck(golden_.layers, first_to_act(row.faults));
  const uint64_t limit = hang_limit(golden_.cycles, hang_factor_);
  const FaultyInference faulty = target_.strike(row.faults, limit);
  row.judgement = judge(golden_.answer, faulty.status, faulty.answer);
  row.latent = faulty.latent;
  row.cycles = faulty.cycles;
  row.exact_class = target_.exact_class(row.image);
}

CampaignResult Campaign::run(const Progress& progress) {
  const auto start = std::chrono::steady_clock::now();
  CampaignResult result;
  result.rows.resize(source_.size());
  std::optional<size_t> image;
  std::string golden_error;
  uint64_t done = 0;
  for (const uint64_t number : order()) {
    const inject::Experiment experiment = source_.at(number);
    if (image != experiment.image) {
      image = experiment.image;
      ++result.images_struck;
      golden_error.clear();
      try {
        golden_ = target_.golden(experiment.image);
      } catch (const std::exception& error) {
        golden_error = error.what();
      }
    }
    ExperimentRow& row = result.rows[number];
    row = describe(number, experiment);
    row.tool_error = golden_error;
    if (golden_error.empty()) {
      try {
        run_one(row);
      } catch (const std::exception& error) {
        row.tool_error = error.what();
      }
    }
    progress(++done, result.rows.size());
  }
  for (const LayerSpan& layer : golden_.layers) {
    result.layers.push_back(layer.name);
  }
  result.wall_seconds = seconds_since(start);
  return result;
}

CampaignEstimate Campaign::estimate() {
  constexpr size_t kPilots = 8;
  CampaignEstimate estimate;
  const std::vector<uint64_t> numbers = order();
  std::set<size_t> images;
  for (const uint64_t number : numbers) {
    images.insert(source_.image_of(number));
  }
  const size_t first_image = source_.image_of(numbers.front());
  auto start = std::chrono::steady_clock::now();
  golden_ = target_.golden(first_image);
  estimate.golden_seconds = seconds_since(start);

  start = std::chrono::steady_clock::now();
  size_t pilots = 0;
  for (; pilots < std::min(kPilots, numbers.size()); ++pilots) {
    const inject::Experiment experiment = source_.at(numbers[pilots]);
    if (experiment.image != first_image) {
      break;
    }
    ExperimentRow row = describe(numbers[pilots], experiment);
    run_one(row);
  }
  estimate.experiment_seconds = seconds_since(start) / static_cast<double>(pilots);
  estimate.total_seconds = estimate.golden_seconds * static_cast<double>(images.size()) +
                           estimate.experiment_seconds * static_cast<double>(numbers.size());
  return estimate;
}

}  // namespace faultline::campaign
