#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "hw/common/counter_random.h"
#include "sim/inject/experiment_source.h"
#include "sim/inject/fault_sampler.h"
#include "sim/inject/fault_space.h"
#include "sim/inject/sample_draws.h"
#include "sim/inject/upset.h"

namespace faultline::inject {

/// Experiments that each strike with one member of a fault space, or with one fault of it on several images, or with an
/// upset around it. What derives from it says which member an experiment gets.
class DrawnExperiments : public ExperimentSource {
 public:
  /// Throws UserError when a fault is to strike more images than there are.
  DrawnExperiments(const SampleRequest& request, const SampleContext& context);

  uint64_t size() const override { return size_; }
  Experiment at(uint64_t number) const override;
  size_t images_per_experiment() const override { return images_per_fault_; }
  std::vector<size_t> images_of(uint64_t number) const override;
  uint64_t distinct_population() const override;
  nlohmann::ordered_json population() const override;

  /// What is drawn from: of (fault, image) pairs where a fault strikes one image, else of faults.
  const FaultSpace& space() const { return space_; }

 protected:
  struct Draw {
    FaultMember member;
    size_t stratum = 0;
    double weight = 1;
  };

  virtual Draw draw(uint64_t number) const = 0;
  virtual const char* sampler_name() const = 0;
  virtual bool with_replacement() const { return false; }
  /// The number of members in each of strata().
  virtual std::vector<FaultCount> stratum_sizes() const { return {space_.size()}; }

  void set_size(uint64_t size) { size_ = size; }
  uint64_t seed() const { return seed_; }

 private:
  std::vector<size_t> draw_images_of(const Draw& drawn, hw::CounterRandom& random) const;

  uint64_t seed_;
  uint64_t size_;
  size_t all_images_;
  size_t images_per_fault_;
  std::shared_ptr<const Upset> upset_;
  FaultSpace space_;
};

}  // namespace faultline::inject
