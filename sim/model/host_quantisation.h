#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/model/network.h"

namespace faultline::model {

/// What the codes of an int8, uint8 or int16 tensor mean; the zero point is in stored codes.
struct CodeType {
  Quantisation quantisation;
  bool is_unsigned = false;
  hw::OperandFormat format = {};  ///< whose range limits the codes

  bool operator==(const CodeType& other) const {
    return quantisation.scale == other.quantisation.scale && quantisation.zero_point == other.quantisation.zero_point &&
           is_unsigned == other.is_unsigned && format == other.format;
  }
};

/// QuantizeLinear of one value: round to nearest, ties to even, saturate. NaN gives the lowest code.
int8_t quantise(float real, const Quantisation& quantisation);
/// The same for codes of any type.
int32_t quantise(float real, const CodeType& type);
/// DequantizeLinear of one stored code, in float as the operator defines it.
float dequantise(int32_t code, const Quantisation& quantisation);

/// 256 entries, indexed by code + 128: `function` applied to what each code means, quantised again.
std::vector<int8_t> tabulate(const Quantisation& from, const Quantisation& to,
                             const std::function<float(float)>& function);

/// float -> int8 or, of a wide format, int16, limited to [low, high].
class Quantise : public HostOperator {
 public:
  /// With `zero_point_before_rounding`, rounds x / scale + zero point, in the codes of the file, instead of x / scale.
  Quantise(const CodeType& type, int32_t low, int32_t high, bool zero_point_before_rounding = false);
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  float scale_;
  float added_before_;  ///< to x / scale
  int32_t added_after_;
  int32_t low_, high_;
  bool wide_;
};

/// int16 -> float.
class DequantiseWide : public HostOperator {
 public:
  explicit DequantiseWide(Quantisation quantisation) : quantisation_(quantisation) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  Quantisation quantisation_;
};

/// int8 -> float.
class Dequantise : public HostOperator {
 public:
  explicit Dequantise(Quantisation quantisation);
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  std::vector<float> real_;  ///< by code + 128
};

/// int32 or int64 accumulators -> float; element i belongs to channel i / inner % channels, and
/// real = scale[channel] * (value + rest[channel]).
class DequantiseAccumulator : public HostOperator {
 public:
  DequantiseAccumulator(std::vector<double> scale, std::vector<double> rest, size_t inner)
      : scale_(std::move(scale)), rest_(std::move(rest)), inner_(inner) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  std::vector<double> scale_, rest_;
  size_t inner_;
};

/// int8 -> int8 through 256 entries: an activation function, or a change of scale.
class TableLookup : public HostOperator {
 public:
  explicit TableLookup(std::vector<int8_t> table) : table_(std::move(table)) {}
  Values evaluate(const std::vector<const Values*>& input_values) const override;

 private:
  std::vector<int8_t> table_;
};

}  // namespace faultline::model
