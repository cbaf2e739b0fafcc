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

/// What `map` asks for.
struct FaultMapTerms {
  double fraction = 0;           ///< of the processing elements that is faulty, in (0, 1]
  std::optional<uint64_t> mask;  ///< stuck bits; default: one, drawn
};

/// Chips with permanent faults: in each experiment exactly round(fraction x PEs) different processing elements, any set
/// of them as likely as any other, have a stuck-at from the first cycle to the end of the run. Which bit of a faulty PE
/// is stuck is drawn uniformly from those of the fields named; with a mask, the field is, each as likely.
class FaultMapSample : public ExperimentSource {
 public:
  /// Throws UserError when other sites than processing elements' are named, when no PE would be faulty, for a mask
  /// outside a field, and for flips.
  FaultMapSample(const SampleRequest& request, const FaultMapTerms& map, const SampleContext& context);

  uint64_t size() const override { return size_; }
  Experiment at(uint64_t number) const override;
  size_t images_per_experiment() const override { return images_per_fault_; }
  std::vector<size_t> images_of(uint64_t number) const override;
  nlohmann::ordered_json population() const override;

  size_t elements() const { return elements_.size(); }
  size_t faulty_elements() const { return faulty_; }

 private:
  hw::Fault draw_fault(size_t element, hw::CounterRandom& random) const;

  uint64_t seed_;
  uint64_t size_;
  FaultMapTerms map_;
  size_t all_images_;
  size_t images_per_fault_;
  FaultSpace space_;
  std::vector<size_t> elements_;  ///< row-major index of every PE that may be faulty, ascending
  size_t faulty_ = 0;
};

}  // namespace faultline::inject
