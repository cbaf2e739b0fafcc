#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hw/fault/fault.h"

namespace faultline::inject {

/// One experiment of a campaign: faults, and the images whose inference they strike. Several images make it one
/// cluster, not several independent experiments.
struct Experiment {
  std::vector<size_t> images;  ///< indices among the campaign's images, each once
  std::vector<hw::Fault> faults;
  size_t stratum = 0;  ///< index in ExperimentSource::strata()
  double weight = 1;   ///< probability in the population / probability of having been drawn
};

/// A part of the population that is sampled by itself.
struct Stratum {
  std::string name;
  double share = 1;  ///< of the population; shares add up to 1
};

/// What a pilot saw in one stratum.
struct PilotCount {
  uint64_t experiments = 0;
  double hits = 0;  ///< sum over experiments of the share of images on which the question was answered with yes
};

/// The experiments of a campaign, numbered from 0. Each is a pure function of its number (and of the pilot's result,
/// where there is a pilot), so any order and any share of them give the same experiments.
class ExperimentSource {
 public:
  virtual ~ExperimentSource() = default;
  virtual uint64_t size() const = 0;
  /// Experiment `number` < size().
  virtual Experiment at(uint64_t number) const = 0;
  /// Every experiment has as many images.
  virtual size_t images_per_experiment() const = 0;
  /// Experiment `number`'s images, without its faults.
  virtual std::vector<size_t> images_of(uint64_t number) const { return at(number).images; }

  virtual std::vector<Stratum> strata() const { return {{"all", 1.0}}; }
  /// True when weights differ from 1.
  virtual bool weighted() const { return false; }
  /// Number of faults, when none is drawn twice; 0: drawn with replacement.
  virtual uint64_t distinct_population() const { return 0; }

  /// Experiments that must have been run before later ones are known: settle() is called with what they gave.
  virtual uint64_t pilot_size() const { return 0; }
  virtual void settle(const std::vector<PilotCount>& /*by_stratum*/) {}

  /// What the experiments are drawn from, for reports: kind, exact size and its factors, structures, sampler.
  virtual nlohmann::ordered_json population() const = 0;
};

}  // namespace faultline::inject
