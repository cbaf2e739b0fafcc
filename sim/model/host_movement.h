#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/network.h"

namespace faultline::model {

/// The same values under another shape.
class Copy : public HostOperator {
 public:
  Values evaluate(const std::vector<const Values*>& input_values) const override { return *input_values[0]; }
};

/// Output element i is input element source[i], or `fill` (a stored code, or a real) where source[i] is negative:
/// Transpose, Slice, Pad, Gather.
class Rearrange : public HostOperator {
 public:
  Rearrange(std::vector<int32_t> source, double fill) : source_(std::move(source)), fill_(fill) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  std::vector<int32_t> source_;
  double fill_;
};

/// Joins inputs of one element type: for each of `outer` positions, `inner[i]` consecutive elements of each input i.
/// int8 inputs are looked up in `tables[i]` on the way where that is not empty, to give all one quantisation.
class Concatenate : public HostOperator {
 public:
  Concatenate(size_t outer, std::vector<size_t> inner, std::vector<std::vector<int8_t>> tables)
      : outer_(outer), inner_(std::move(inner)), tables_(std::move(tables)) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  size_t outer_;
  std::vector<size_t> inner_;
  std::vector<std::vector<int8_t>> tables_;
};

}  // namespace faultline::model
