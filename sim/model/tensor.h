#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace faultline::model {

/// Extents of one sample, outermost first, without the batch dimension, in ONNX order (channels, height, width).
using Shape = std::vector<int64_t>;

/// Product of the extents; 1 for a scalar.
inline int64_t element_count(const Shape& shape) {
  int64_t count = 1;
  for (const int64_t extent : shape) {
    count *= extent;
  }
  return count;
}

/// What a tensor's elements are. `kInt8` also holds uint8 tensors, stored as x - 128 with the zero point moved by -128.
/// `kInt32` holds raw accumulators (bias added, not requantised). Networks with 12- and 16-bit operands have `kInt16`
/// codes, whose zero point is 0, and `kInt64` accumulators instead.
enum class ElementType { kInt8, kInt32, kFloat32, kInt16, kInt64 };

/// Affine quantisation of a tensor of codes: real = scale * (stored - zero_point).
struct Quantisation {
  double scale = 1.0;
  int32_t zero_point = 0;  ///< in stored codes, [-128, 127]
};

/// The values of one sample, row-major over the shape that the network declares for the tensor.
using Values = std::variant<std::vector<int8_t>, std::vector<int32_t>, std::vector<float>, std::vector<int16_t>,
                            std::vector<int64_t>>;

/// `count` zeros of a type.
inline Values zero_values(ElementType type, size_t count) {
  switch (type) {
    case ElementType::kInt8:
      return std::vector<int8_t>(count);
    case ElementType::kInt16:
      return std::vector<int16_t>(count);
    case ElementType::kInt32:
      return std::vector<int32_t>(count);
    case ElementType::kInt64:
      return std::vector<int64_t>(count);
    case ElementType::kFloat32:
      break;
  }
  return std::vector<float>(count);
}

/// A tensor that the network declares: name in the source file, shape of one sample, type and quantisation.
struct TensorInfo {
  std::string name;
  Shape shape;
  ElementType type = ElementType::kInt8;
  Quantisation quantisation;       ///< meaningful for kInt8 and kInt16
  bool declared_unsigned = false;  ///< the file says uint8; stored codes are then the file's minus 128
};

}  // namespace faultline::model
