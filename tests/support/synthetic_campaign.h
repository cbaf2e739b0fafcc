#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/common/counter_random.h"
#include "sim/campaign/campaign_description.h"
#include "sim/campaign/campaign_summary.h"
#include "sim/report/campaign_result.h"

namespace faultline::test {

/// What a made-up campaign looks like.
struct SyntheticCampaign {
  int rows = 16;
  int columns = 16;
  uint64_t experiments = 2000;
  uint64_t seed = 1;
  std::string model = "models/lenet5_digits.onnx";
  uint64_t missing = 0;      ///< experiments at the end that were not done
  uint64_t tool_errors = 0;  ///< of the first experiments
  double harm = 1;           ///< scales the probability of wrong answers
};

inline hw::StateField synthetic_field(const std::string& path, hw::StateKind kind, int bits,
                                      std::vector<int> dimensions) {
  hw::StateField field;
  field.path = path;
  field.kind = kind;
  field.bits = bits;
  field.dimensions = std::move(dimensions);
  return field;
}

inline campaign::CampaignDescription synthetic_description(const SyntheticCampaign& made) {
  using hw::StateKind;
  campaign::CampaignDescription description;
  description.version = "0.1.0";
  const std::string array = std::to_string(made.rows) + "x" + std::to_string(made.columns);
  description.experiment = {{"model", made.model},
                            {"data", {{"source", "builtin:digits"}, {"images", 20}}},
                            {"accelerator", {{"array", array}, {"dataflow", "ws"}, {"multiplier", "exact"}}},
                            {"engine", "cycle"},
                            {"faults",
                             {{"model", "flip"},
                              {"sample", made.experiments},
                              {"where", {"array.pe[*][*].*", "buffer.*", "controller.*"}},
                              {"population", "storage"},
                              {"bits", 1},
                              {"duration", 1},
                              {"period", 0}}},
                            {"seed", made.seed},
                            {"hang_factor", 2.0}};
  description.hashes = {
      {"model", std::string(64, 'a')}, {"data", std::string(64, 'b')}, {"hardware", std::string(64, 'c')}};
  const std::vector<int> grid = {made.rows, made.columns};
  description.fields = {synthetic_field("array.pe[*][*].psum", StateKind::kRegister, 32, grid),
                        synthetic_field("array.pe[*][*].activation", StateKind::kRegister, 8, grid),
                        synthetic_field("array.pe[*][*].weight", StateKind::kRegister, 8, grid),
                        synthetic_field("buffer.weight[*]", StateKind::kMemory, 8, {65536}),
                        synthetic_field("buffer.partial_sum[*][*]", StateKind::kMemory, 32, {64, made.columns}),
                        synthetic_field("controller.state", StateKind::kRegister, 4, {}),
                        synthetic_field("controller.never_struck", StateKind::kRegister, 1, {})};
  nlohmann::ordered_json structures = nlohmann::ordered_json::array();
  for (const hw::StateField& field : description.fields) {
    structures.push_back({{"path", field.path}, {"bits", field.bit_count()}});
  }
  description.population = {
      {"kind", "storage"}, {"size", "118059162071741130342"}, {"with_replacement", true}, {"structures", structures}};
  description.layers = {"conv1", "conv2", "fc1"};
  description.strata = {{"all", 1}};
  description.experiments = made.experiments;
  description.golden_cycles = 123456;
  return description;
}

/// A row whose harm grows with the bit and towards the array's south-east corner.
inline campaign::ExperimentRow synthetic_row(const SyntheticCampaign& made,
                                             const campaign::CampaignDescription& description, uint64_t number) {
  using campaign::Extent;
  using campaign::MaskedIn;
  using campaign::Outcome;
  hw::CounterRandom random(made.seed, number);
  const auto uniform = [&] { return static_cast<double>(random() >> 11) / 9007199254740992.0; };
  const auto below = [&](uint64_t end) { return random() % end; };
  campaign::ExperimentRow row;
  row.number = number;
  row.image = below(20);
  const double where = uniform();
  row.site.field = where < 0.6 ? below(3) : where < 0.98 ? 3 + below(2) : 5;
  const hw::StateField& field = description.fields[row.site.field];
  row.site.element = below(field.element_count());
  row.bit = static_cast<int>(below(static_cast<uint64_t>(field.bits)));
  row.layer = static_cast<int>(below(3));
  row.faults = {{row.site, uint64_t{1} << row.bit, hw::FaultModel::kFlip, below(description.golden_cycles), 1, 0}};
  row.cycles = row.golden_cycles = description.golden_cycles;
  row.label = static_cast<int>(row.image % 10);
  row.exact_class = row.label;
  row.judgement.golden_class = row.image == 7 ? 3 : row.label;
  row.judgement.faulty_class = row.judgement.golden_class;
  row.judgement.golden_confidence = 0.97;
  row.judgement.faulty_confidence = 0.97;
  if (number < made.tool_errors) {
    row.tool_error = "cannot allocate <memory> & \"more\"";
    return row;
  }
  double harm = made.harm * static_cast<double>(row.bit + 1) / 40;
  if (row.site.field < 3) {
    const auto columns = static_cast<size_t>(made.columns);
    const size_t steps = row.site.element / columns + row.site.element % columns;
    harm *= static_cast<double>(steps) / (made.rows + made.columns);
  }
  const double luck = uniform();
  if (row.site.field == 5) {
    row.judgement.outcome = luck < 0.4 ? Outcome::kHang : luck < 0.6 ? Outcome::kCrash : Outcome::kMasked;
  } else {
    row.judgement.outcome = luck < harm / 2 ? Outcome::kCritical : luck < harm ? Outcome::kTolerable : Outcome::kMasked;
  }
  if (row.judgement.outcome == Outcome::kCritical) {
    row.judgement.sdc_1 = uniform() < 0.6;
    row.judgement.faulty_confidence = 0.8 * uniform();
    row.judgement.faulty_class =
        row.judgement.sdc_1 ? (row.judgement.golden_class + 1) % 10 : row.judgement.golden_class;
  }
  if (row.judgement.outcome == Outcome::kCrash || row.judgement.outcome == Outcome::kHang) {
    row.judgement.faulty_class = -1;
    row.extent = Extent::kStruck;
  } else if (row.judgement.outcome != Outcome::kMasked) {
    row.extent = row.judgement.sdc_1 ? Extent::kClass : Extent::kLogits;
  } else {
    const MaskedIn places[] = {MaskedIn::kArray, MaskedIn::kArray,      MaskedIn::kArray,        MaskedIn::kPooling,
                               MaskedIn::kClamp, MaskedIn::kRequantise, MaskedIn::kOutputBuffer, MaskedIn::kLaterLayer};
    row.masked_in = places[below(8)];
    row.extent = row.masked_in == MaskedIn::kLaterLayer ? Extent::kBuffer : Extent::kStruck;
  }
  return row;
}

inline campaign::RowReader synthetic_rows(const SyntheticCampaign& made) {
  return [made](const std::function<void(const campaign::ExperimentRow&)>& use) {
    const campaign::CampaignDescription description = synthetic_description(made);
    for (uint64_t number = 0; number + made.missing < made.experiments; ++number) {
      use(synthetic_row(made, description, number));
    }
  };
}

inline report::CampaignResult synthetic_result(const SyntheticCampaign& made) {
  return report::read_result(synthetic_description(made), synthetic_rows(made), "results.db", std::string(64, 'd'));
}

}  // namespace faultline::test
