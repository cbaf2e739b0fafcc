#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hw/fault/fault.h"

namespace faultline::inject {

/// One experiment of a campaign: an image and the faults that strike its inference.
struct Experiment {
  size_t image = 0;  ///< index among the campaign's images
  std::vector<hw::Fault> faults;
};

/// The experiments of a campaign, numbered from 0. Each is a pure function of its number, so any order and any share of
/// them give the same experiments.
class ExperimentSource {
 public:
  virtual ~ExperimentSource() = default;
  virtual uint64_t size() const = 0;
  /// Experiment `number` < size().
  virtual Experiment at(uint64_t number) const = 0;
  /// The image of experiment `number`.
  virtual size_t image_of(uint64_t number) const { return at(number).image; }
};

}  // namespace faultline::inject
