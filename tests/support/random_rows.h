#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "hw/common/counter_random.h"
#include "sim/campaign/attribution.h"
#include "sim/campaign/campaign_description.h"
#include "sim/campaign/experiment_row.h"

namespace faultline::test {

inline hw::StateField field(const std::string& path, int bits, const std::vector<int>& dimensions) {
  hw::StateField made;
  made.path = path;
  made.bits = bits;
  made.dimensions = dimensions;
  return made;
}

/// A campaign on an accelerator that does not exist: fields of no, one and three dimensions, two layers, two strata.
inline campaign::CampaignDescription small_description() {
  campaign::CampaignDescription description;
  description.version = "0.0";
  description.experiment = {{"model", "net.onnx"}, {"seed", 7}, {"faults", {{"sample", 100}, {"where", {"block.*"}}}}};
  description.hashes = {{"model", "a"}, {"data", "b"}, {"hardware", "c"}};
  description.population = {{"kind", "storage"}, {"size", "340282366920938463463374607431768211456"}};
  description.fields = {field("block.state", 3, {}), field("block.pe[*][*].lane[*].sum", 64, {3, 5, 2}),
                        field("block.100%'s[*]", 8, {400})};
  description.layers = {"conv 'one'", "dense"};
  description.strata = {{"quiet", 0.1}, {"loud", 0.9}};
  description.experiments = 100;
  description.golden_cycles = 12345;
  description.weighted = true;
  return description;
}

/// Rows whose every member is drawn anew, extremes included. Stream `number` of `seed` gives row `number`.
class RandomRows {
 public:
  RandomRows(uint64_t seed, campaign::CampaignDescription description)
      : seed_(seed), description_(std::move(description)) {}

  /// The row of experiment `number` on `image`; all rows of an experiment have its faults, stratum and weight.
  campaign::ExperimentRow row(uint64_t number, size_t image) const {
    campaign::ExperimentRow row;
    row.number = number;
    row.image = image;
    hw::CounterRandom of_experiment(seed_, 2 * number);
    fill_experiment(of_experiment, row);
    hw::CounterRandom of_run(seed_ + 1, number * 4096 + image);
    fill_run(of_run, row);
    return row;
  }

 private:
  static double real(hw::CounterRandom& random) {
    constexpr double kExtremes[] = {0.0, -0.0, 1.0, -1.0, 1e308, 5e-324, std::numeric_limits<double>::infinity(), 3.0};
    const uint64_t kind = random.uniform(16);
    return kind < 8 ? kExtremes[kind] : random.uniform_real();
  }
  static uint64_t word(hw::CounterRandom& random) {
    const uint64_t kind = random.uniform(4);
    return kind == 0 ? random.next_u64() : kind == 1 ? ~uint64_t{0} : random.uniform(100'000);
  }
  static bool coin(hw::CounterRandom& random) { return random.uniform(2) == 1; }
  static int class_of(hw::CounterRandom& random) { return static_cast<int>(random.uniform(11)) - 1; }

  hw::Fault fault(hw::CounterRandom& random) const {
    hw::Fault made;
    made.site.field = random.uniform(description_.fields.size());
    made.site.element = random.uniform(description_.fields[made.site.field].element_count());
    made.mask = word(random) | 1;
    made.model = static_cast<hw::FaultModel>(random.uniform(3));
    made.start = word(random);
    made.duration = word(random);
    made.period = word(random);
    return made;
  }

  void fill_experiment(hw::CounterRandom& random, campaign::ExperimentRow& row) const {
    row.stratum = random.uniform(description_.strata.size());
    row.weight = real(random);
    const uint64_t faults = random.uniform(3) == 0 ? 1 + random.uniform(5) : 1;
    std::vector<hw::Fault> list;
    for (uint64_t i = 0; i < faults; ++i) {
      list.push_back(fault(random));
    }
    row.faults = std::move(list);
    row.site = row.faults.first_to_act().site;
    row.bit = static_cast<int>(random.uniform(64));
  }

  void fill_run(hw::CounterRandom& random, campaign::ExperimentRow& row) const {
    row.layer = static_cast<int>(random.uniform(description_.layers.size() + 1)) - 1;
    campaign::Judgement& judged = row.judgement;
    judged.outcome = campaign::kOutcomes[random.uniform(campaign::kOutcomes.size())];
    judged.sdc_1 = coin(random);
    if (coin(random)) {
      judged.sdc_5 = coin(random);
    }
    judged.sdc_10_percent = coin(random);
    judged.sdc_20_percent = coin(random);
    judged.golden_tie = coin(random);
    judged.faulty_tie = coin(random);
    judged.golden_class = class_of(random);
    judged.faulty_class = class_of(random);
    judged.golden_confidence = real(random);
    judged.faulty_confidence = real(random);
    row.latent = coin(random);
    row.extent = campaign::kExtents[random.uniform(campaign::kExtents.size())];
    row.masked_in = campaign::kMaskedPlaces[random.uniform(campaign::kMaskedPlaces.size())];
    if (coin(random)) {
      row.detection.by = "lcu \"1\", north";
      row.detection.corrected = coin(random);
      row.detection.cycle = word(random);
    }
    row.cycles = word(random);
    row.golden_cycles = word(random);
    row.label = class_of(random);
    row.exact_class = class_of(random);
    row.followed = coin(random);
    if (random.uniform(10) == 0) {
      row.tool_error = "broken,\nin \"two\" lines";
    }
  }

  uint64_t seed_;
  campaign::CampaignDescription description_;
};

}  // namespace faultline::test
