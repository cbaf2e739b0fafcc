#pragma once

#include <cstddef>
#include <vector>

#include "sim/model/network.h"

namespace faultline::model {

/// What a network says about one sample.
struct Classification {
  std::vector<double> logits;
  std::vector<double> confidences;  ///< softmax of the logits
  size_t best = 0;                  ///< class with the largest logit, the lowest index of several
  bool tie = false;                 ///< another class has the same logit
};

/// The tensor whose values are the logits: the network's first output, or what its final Softmax reads, so that the
/// softmax is not applied twice.
TensorId logits_tensor(const Network& network);

/// The values of one tensor as reals: codes dequantised, accumulators and floats as they are.
std::vector<double> real_values(const TensorInfo& info, const Values& values);

/// The class with the largest logit, the lowest index of several; NaN counts as the smallest. At least one logit.
size_t best_class(const std::vector<double>& logits);

/// Softmax in double and argmax of `logits`, of which there is at least one. NaN counts as the smallest logit.
Classification classify(std::vector<double> logits);

/// classify() of the logits in `tensors`, all tensors of one sample.
Classification classify(const Network& network, const std::vector<Values>& tensors);

}  // namespace faultline::model
