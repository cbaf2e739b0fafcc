#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/model/host_quantisation.h"
#include "sim/model/network.h"

namespace faultline::model {

/// A function of one float.
class FloatMap : public HostOperator {
 public:
  explicit FloatMap(std::function<float(float)> function) : function_(std::move(function)) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  std::function<float(float)> function_;
};

/// Which element of an operand meets each element of a result: `extents` and `strides` have one entry per dimension of
/// the result, stride 0 where the operand broadcasts.
struct Broadcast {
  Shape extents;
  std::vector<size_t> strides;

  /// Positions in the operand in the order of the result's elements; empty when they are 0, 1, 2 ...
  std::vector<int32_t> positions() const;
};

/// A function of two floats, broadcast; a constant operand is kept here and has no input.
class FloatBinary : public HostOperator {
 public:
  struct Operand {
    std::vector<float> constant;     ///< empty when the operand is an input
    std::vector<int32_t> positions;  ///< as Broadcast gives them
  };
  FloatBinary(std::function<float(float, float)> function, Operand a, Operand b, size_t count)
      : function_(std::move(function)), a_(std::move(a)), b_(std::move(b)), count_(count) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  std::function<float(float, float)> function_;
  Operand a_, b_;
  size_t count_;
};

/// Sum or difference of codes in integers: each operand's contribution, scale * (code - zero point) / result scale, is
/// held as fixed point with kFractionBits; the sum is rounded to nearest, ties to even.
class QuantisedSum : public HostOperator {
 public:
  static constexpr int kFractionBits = 32;

  struct Operand {
    Quantisation quantisation;
    double sign = 1.0;
    std::vector<int32_t> positions;  ///< as Broadcast gives them
  };
  QuantisedSum(const Operand& a, const Operand& b, const Quantisation& result, int32_t low, int32_t high, size_t count);
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  std::vector<int64_t> contribution_a_, contribution_b_;  ///< by code + 128
  std::vector<int32_t> positions_a_, positions_b_;
  int32_t zero_point_, low_, high_;
  size_t count_;
};

/// Product of codes in integers, requantised by one fixed-point factor.
class QuantisedProduct : public HostOperator {
 public:
  struct Operand {
    int32_t zero_point = 0;
    std::vector<int32_t> positions;  ///< as Broadcast gives them
  };
  QuantisedProduct(Operand a, Operand b, hw::FixedPointFactor factor, int32_t zero_point, int32_t low, int32_t high,
                   size_t count)
      : a_(std::move(a)),
        b_(std::move(b)),
        factor_(factor),
        zero_point_(zero_point),
        low_(low),
        high_(high),
        count_(count) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  Operand a_, b_;
  hw::FixedPointFactor factor_;
  int32_t zero_point_, low_, high_;
  size_t count_;
};

/// gain[c] * x + offset[c] in float, element i belonging to channel i / inner % channels.
class ChannelAffine : public HostOperator {
 public:
  ChannelAffine(std::vector<double> gain, std::vector<double> offset, size_t inner)
      : gain_(std::move(gain)), offset_(std::move(offset)), inner_(inner) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  std::vector<double> gain_, offset_;
  size_t inner_;
};

}  // namespace faultline::model
