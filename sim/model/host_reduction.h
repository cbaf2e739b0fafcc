#pragma once

#include "sim/model/network.h"

namespace faultline::model {

/// Softmax or its logarithm in double, for each of `outer` x `inner` rows of `length` elements that lie `inner` apart.
class Softmax : public HostOperator {
 public:
  Softmax(size_t outer, size_t length, size_t inner, bool logarithm)
      : outer_(outer), length_(length), inner_(inner), logarithm_(logarithm) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  void row(const float* input, float* result) const;

  size_t outer_, length_, inner_;
  bool logarithm_;
};

/// Joins elements that a reduction maps to one place, in double.
class Reduce : public HostOperator {
 public:
  using Function = double (*)(double, double);

  /// Element i of the input goes to element target[i]; `first` is where joining begins, and results are multiplied by
  /// `gain`.
  Reduce(std::vector<int32_t> target, size_t count, Function function, double first, double gain)
      : target_(std::move(target)), count_(count), function_(function), first_(first), gain_(gain) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  std::vector<int32_t> target_;
  size_t count_;
  Function function_;
  double first_, gain_;
};

}  // namespace faultline::model
