#pragma once

#include <cstdint>
#include <functional>

#include "sim/model/dataset.h"
#include "sim/model/float_network.h"

namespace faultline::train {

struct TrainingSettings {
  int epochs = 8;     ///< passes over the data, at least 1
  uint64_t seed = 1;  ///< of initial weights, order of images and augmentation
};

/// Called after every epoch (counted from 1) with its mean cross-entropy per image.
using EpochReport = std::function<void(int epoch, double loss)>;

/// Finds the weights of `network` by Adam on cross-entropy, images shifted at random by up to two pixels. The same
/// network, data, settings, LibTorch and kind of processor give the same weights.
using TrainFunction = void (*)(model::FloatNetwork& network, const model::Dataset& data,
                               const TrainingSettings& settings, const EpochReport& report);

/// Loads the training component. It is a module of its own, loaded only here, because LibTorch takes longer to load
/// than most of the program's commands to run. Throws UserError where the build lacks it.
TrainFunction load_trainer();

}  // namespace faultline::train
