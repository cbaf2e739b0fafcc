#pragma once

#include "sim/inject/drawn_experiments.h"
#include "sim/inject/keyed_permutation.h"

namespace faultline::inject {

/// Random faults without replacement, every member of the population as likely as any other. Experiment n depends on
/// the seed and n only: a larger sample begins with the smaller one, and one of the whole population is a census in
/// random order.
class UniformSample : public DrawnExperiments {
 public:
  /// Throws UserError when the sample exceeds the population.
  UniformSample(const SampleRequest& request, const SampleContext& context);

 protected:
  Draw draw(uint64_t number) const override { return {space().member(order_(number)), 0, 1}; }
  const char* sampler_name() const override { return "uniform"; }

 private:
  KeyedPermutation order_;
};

/// Throws UserError when `size` experiments cannot be drawn from the space without replacement.
void check_sample_fits(const FaultSpace& space, uint64_t size);

}  // namespace faultline::inject
