#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "sim/inject/experiment_source.h"
#include "sim/inject/site_path.h"

namespace faultline::inject {

/// What a sample draws: flips, stuck-ats of one value, or stuck-ats of both values (half each).
enum class SampleModel { kFlip, kStuckAt0, kStuckAt1, kStuckAtBoth };

/// The name in experiment files: flip, stuck_at_0, stuck_at_1, stuck_at.
const char* to_string(SampleModel model);
/// Throws UserError at `place`.
SampleModel parse_sample_model(const std::string& name, const TextPlace& place);

/// Bits that hold state, or wires. They are different populations: a bit of storage keeps a flip, a wire does not, and
/// the rates at which they are struck differ. A sample is drawn from one of them, never from both.
enum class Population { kStorage, kWire };

const char* to_string(Population population);
Population parse_population(const std::string& name, const TextPlace& place);

/// What to draw.
struct SampleRequest {
  SampleModel model = SampleModel::kFlip;
  uint64_t size = 0;
  std::vector<std::string> where;        ///< patterns (site_path.h)
  std::optional<Population> population;  ///< default: storage, or wires when `where` names only wires
  int bits = 1;                          ///< adjacent bits per fault, 1 to 64
  uint64_t duration = 1;                 ///< cycles of the window; 0: to the end of the run
  uint64_t period = 0;
  uint64_t seed = 1;
  TextPlace place;  ///< of the request, for messages
};

/// The faults of one structure in a population.
struct StructurePopulation {
  std::string path;  ///< of the field
  uint64_t elements = 0;
  int bits = 0;            ///< of one element
  uint64_t positions = 0;  ///< elements x places of the mask in an element
};

/// Random faults, with replacement: every (place of the mask, model, cycle, image) of the population is as likely as
/// any other. Experiment n depends on the seed and n only.
///
/// A flip, and a stuck-at of limited duration, starts at any cycle of the fault-free run; a stuck-at to the end of the
/// run starts at cycle 0, so that its population has no cycles.
class FaultSample : public ExperimentSource {
 public:
  /// Throws UserError when no site of the population matches or no matching field has `bits` bits. Narrower fields
  /// hold no such fault: they have 0 positions.
  FaultSample(const SampleRequest& request, const hw::StateTable& table, uint64_t run_cycles, size_t images);

  uint64_t size() const override { return size_; }
  Experiment at(uint64_t number) const override;
  size_t images_per_experiment() const override { return 1; }
  nlohmann::ordered_json population() const override;

  Population kind() const { return kind_; }
  const std::vector<StructurePopulation>& structures() const { return structures_; }
  /// Places of the mask over all structures.
  uint64_t positions() const { return cumulative_.back(); }
  /// Cycles at which a fault may start.
  uint64_t cycles() const { return cycles_; }
  /// Fault models per place: 2 when both stuck-at values are drawn.
  uint64_t models() const { return models_; }
  uint64_t images() const { return images_; }
  /// positions() x models() x cycles() x images(), exactly, in decimal.
  std::string population_size() const;

 private:
  SampleModel model_;
  uint64_t size_;
  int bits_;
  uint64_t duration_;
  uint64_t period_;
  uint64_t seed_;
  Population kind_;
  uint64_t cycles_;
  uint64_t models_;
  uint64_t images_;
  std::vector<SiteSet> sites_;
  std::vector<StructurePopulation> structures_;
  std::vector<uint64_t> cumulative_;  ///< positions up to and including each set
};

}  // namespace faultline::inject
