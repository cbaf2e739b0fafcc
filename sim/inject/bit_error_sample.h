#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "hw/common/counter_random.h"
#include "sim/inject/experiment_source.h"
#include "sim/inject/fault_sampler.h"
#include "sim/inject/fault_space.h"

namespace faultline::inject {

/// What `ber` asks for.
struct BitErrorRate {
  double rate = 0;                ///< probability of each bit, in [0, 1]
  std::optional<uint64_t> start;  ///< cycle; default: drawn
};

/// Experiments in each of which every bit of the named sites errs independently with the same probability, all at one
/// cycle: the number of errors is binomial. Errors of one element are one fault (two, where both stuck-at values come
/// together).
///
/// An experiment in which no bit errs holds one flip of the first site at the first cycle after the fault-free run,
/// where it changes nothing: every experiment has a fault and a row.
class BitErrorSample : public ExperimentSource {
 public:
  /// Throws UserError for a start outside the run, or for faults that have none to choose.
  BitErrorSample(const SampleRequest& request, const BitErrorRate& errors, const SampleContext& context);

  uint64_t size() const override { return size_; }
  Experiment at(uint64_t number) const override;
  size_t images_per_experiment() const override { return images_per_fault_; }
  std::vector<size_t> images_of(uint64_t number) const override;
  nlohmann::ordered_json population() const override;

  /// Bits that may err, at each cycle in which they may.
  const FaultSpace& space() const { return space_; }

 private:
  std::vector<hw::Fault> draw_errors(uint64_t start, hw::CounterRandom& random) const;
  hw::Fault no_error() const;

  uint64_t seed_;
  uint64_t size_;
  double rate_;
  uint64_t run_cycles_;
  size_t all_images_;
  size_t images_per_fault_;
  FaultSpace space_;
};

}  // namespace faultline::inject
