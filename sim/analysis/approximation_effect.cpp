#include "sim/analysis/approximation_effect.h"

#include <utility>
#include <vector>

#include "sim/engine/functional_engine.h"
#include "sim/harden/bias_calibration.h"
#include "sim/harden/weight_remapping.h"
#include "sim/model/classification.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::analysis {

ApproximationStudy::ApproximationStudy(std::string model, const model::Dataset& calibration,
                                       const model::Dataset& evaluation)
    : model_(std::move(model)),
      calibration_(calibration),
      evaluation_(evaluation),
      original_(model::import_onnx(model_)) {
  model::check_dataset_fits(original_, calibration_);
  model::check_dataset_fits(original_, evaluation_);
}

ApproximationEffect ApproximationStudy::effect_of(const hw::Multiplier& multiplier) const {
  return {accuracy(multiplier, {false, false}), accuracy(multiplier, {true, false}),
          accuracy(multiplier, {false, true}), accuracy(multiplier, {true, true})};
}

double ApproximationStudy::accuracy(const hw::Multiplier& multiplier, Transformations transformations) const {
  const auto network = std::make_shared<model::Network>(model::import_onnx(model_));
  if (transformations.remap) {
    harden::remap_weights(*network, [&](const std::string& /*layer*/) -> const hw::Multiplier& { return multiplier; });
  }
  const engine::LayerMultipliers multipliers(multiplier);
  if (transformations.calibrate) {
    harden::calibrate_biases(network, original_, multipliers, model::network_inputs(*network, calibration_));
  }
  const engine::FunctionalEngine engine(network, multipliers);
  size_t right = 0;
  for (size_t image = 0; image < evaluation_.size(); ++image) {
    const auto tensors = engine.run(model::network_input(*network, evaluation_.image(image)));
    right += model::classify(*network, tensors).best == evaluation_.labels[image] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(evaluation_.size());
}

}  // namespace faultline::analysis
