#pragma once

#include <optional>
#include <string>

#include "sim/train/trainer.h"

namespace faultline::train {

struct TrainingRequest {
  std::string network;  ///< name in the zoo
  std::string data;     ///< data source, as load_dataset() takes it
  std::string out;      ///< ONNX file to write
  int bits = 8;         ///< of weights and activations: 8, 12 or 16
  TrainingSettings settings;
  double headroom = 1;  ///< of the hidden activations' codes beyond their range in calibration, at least 1
  std::optional<int> weight_bits = {};  ///< that weights use of these, 2 to all; all where it is not given
};

struct TrainingResult {
  size_t train_images = 0;
  size_t test_images = 0;
  double loss = 0;                ///< mean cross-entropy of the last epoch
  double float_accuracy = 0;      ///< on the test split, in [0, 1]
  double quantised_accuracy = 0;  ///< the same, weights and activations of that width
  std::string data_sha256;        ///< of the training images and labels
};

/// Trains a network of the zoo on the training split of a data set, quantises it and writes it as ONNX QDQ.
/// Throws UserError, before any training, where a request cannot be carried out.
TrainingResult train_network(const TrainingRequest& request, const EpochReport& report);

}  // namespace faultline::train
