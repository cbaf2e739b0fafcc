#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/inject/drawn_experiments.h"
#include "sim/inject/fault_strata.h"
#include "sim/inject/keyed_permutation.h"

namespace faultline::inject {

/// How a stratified sample is divided.
struct Stratification {
  std::vector<std::string> factors;  ///< names of stratum_factors()
  bool by_pilot = false;             ///< Neyman's allocation, from a pilot; else in proportion
  uint64_t pilot = 0;  ///< experiments; 0: a fifth of the sample, or kLeastPilot per stratum if that is more
};

/// Faults drawn separately from each stratum, without replacement: each at least once, however small.
///
/// With a pilot, experiments [0, pilot_size()) are divided in proportion (kLeastPilot at least per stratum) and the
/// rest by what they saw. Experiments of all strata are mixed, so that any share of the numbers holds them about in
/// proportion.
class StratifiedSample : public DrawnExperiments {
 public:
  /// Pilot experiments of the smallest stratum, unless it has fewer members.
  static constexpr uint64_t kLeastPilot = 4;

  /// Throws UserError when the sample is too small to reach every stratum or exceeds the population.
  StratifiedSample(const SampleRequest& request, const Stratification& how, const SampleContext& context);

  std::vector<Stratum> strata() const override;
  uint64_t pilot_size() const override { return pilot_.total(); }
  void settle(const std::vector<PilotCount>& by_stratum) override;
  nlohmann::ordered_json population() const override;

 protected:
  /// Throws std::logic_error beyond the pilot before settle().
  Draw draw(uint64_t number) const override;
  const char* sampler_name() const override { return "stratified"; }
  std::vector<FaultCount> stratum_sizes() const override;

 private:
  /// Experiments that are divided together.
  struct Phase {
    std::vector<uint64_t> cumulative;  ///< draws up to and including each stratum
    std::vector<uint64_t> taken;       ///< draws of each stratum in phases before

    uint64_t total() const { return cumulative.empty() ? 0 : cumulative.back(); }
  };

  uint64_t pilot_draws(const Stratification& how) const;
  std::vector<StratumDraws> demands(uint64_t least, const std::vector<uint64_t>& taken) const;
  static Phase make_phase(const std::vector<uint64_t>& draws, std::vector<uint64_t> taken);
  uint64_t least_pilot() const;
  uint64_t least_sample() const;

  Allocator allocate_;
  std::vector<FaultStratum> strata_;
  std::vector<KeyedPermutation> orders_;  ///< of the members of each stratum
  std::vector<uint64_t> pilot_draws_;     ///< by stratum
  Phase pilot_;
  Phase rest_;
  bool by_pilot_;
};

}  // namespace faultline::inject
