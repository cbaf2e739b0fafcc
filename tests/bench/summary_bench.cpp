#include <benchmark/benchmark.h>

#include "hw/common/counter_random.h"
#include "sim/campaign/campaign_summary.h"

namespace faultline::campaign {
namespace {

constexpr uint64_t kSeed = 5;
constexpr size_t kFields = 150;
constexpr size_t kElements = 400;
constexpr size_t kLayers = 12;

/// Rows of `experiments` experiments on `images` images each, in `strata` strata: drawn while they are read.
void read_rows(uint64_t experiments, size_t images, size_t strata,
               const std::function<void(const ExperimentRow&)>& use) {
  for (uint64_t number = 0; number < experiments; ++number) {
    hw::CounterRandom random(kSeed, number);
    const auto below = [&random](uint64_t end) { return random.next_u64() % end; };
    ExperimentRow row;
    row.number = number;
    row.stratum = number % strata;
    row.site = {static_cast<size_t>(below(kFields)), static_cast<size_t>(below(kElements))};
    row.bit = static_cast<int>(below(32));
    row.layer = static_cast<int>(below(kLayers));
    for (size_t image = 0; image < images; ++image) {
      row.image = image;
      const uint64_t draw = below(100);
      row.judgement.outcome = draw < 90 ? Outcome::kMasked : draw < 97 ? Outcome::kTolerable : Outcome::kCritical;
      use(row);
    }
  }
}

/// range(0): rows, range(1): images per experiment, range(2): strata.
void summarise_rows(benchmark::State& state) {
  CampaignDescription description;
  for (size_t i = 0; i < kFields; ++i) {
    hw::StateField field;
    field.path = "field" + std::to_string(i) + "[*]";
    field.bits = 32;
    field.dimensions = {static_cast<int>(kElements)};
    description.fields.push_back(field);
  }
  description.layers.assign(kLayers, "layer");
  description.images_per_experiment = static_cast<size_t>(state.range(1));
  description.experiments = static_cast<uint64_t>(state.range(0) / state.range(1));
  description.strata.assign(static_cast<size_t>(state.range(2)),
                            {"stratum", 1.0 / static_cast<double>(state.range(2))});
  for (auto _ : state) {
    const CampaignSummary summary = summarise(description, [&](const auto& use) {
      read_rows(description.experiments, description.images_per_experiment, description.strata.size(), use);
    });
    benchmark::DoNotOptimize(summary.total.metrics.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(summarise_rows)
    ->Args({1'000'000, 1, 1})
    ->Args({1'000'000, 10, 1})
    ->Args({1'000'000, 1, 300})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace faultline::campaign
