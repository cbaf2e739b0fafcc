#pragma once

#include <memory>
#include <string>

#include "hw/arithmetic/multiplier.h"
#include "sim/model/dataset.h"
#include "sim/model/network.h"

namespace faultline::analysis {

/// The share of images that a network classifies right with a multiplier in all layers, in [0, 1].
struct ApproximationEffect {
  double as_trained = 0;
  double remapped = 0;    ///< after harden::remap_weights()
  double calibrated = 0;  ///< after harden::calibrate_biases()
  double both = 0;        ///< after harden::remap_weights(), then harden::calibrate_biases()
};

/// What multipliers do to one network's accuracy, before and after what can be done about it without training.
class ApproximationStudy {
 public:
  /// `calibration` are training images and `evaluation` test images; both must outlive the study. Throws UserError for
  /// a model that cannot be read, or images that do not fit it.
  ApproximationStudy(std::string model, const model::Dataset& calibration, const model::Dataset& evaluation);

  ApproximationEffect effect_of(const hw::Multiplier& multiplier) const;

 private:
  struct Transformations {
    bool remap = false;
    bool calibrate = false;
  };
  double accuracy(const hw::Multiplier& multiplier, Transformations transformations) const;

  std::string model_;
  const model::Dataset& calibration_;
  const model::Dataset& evaluation_;
  model::Network original_;
};

}  // namespace faultline::analysis
