#pragma once

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
/// `kInt32` holds raw accumulators (bias added, not requantised).
enum class ElementType { kInt8, kInt32, kFloat32 };

/// Affine quantisation of a kInt8 tensor: real = scale * (stored - zero_point).
struct Quantisation {
  double scale = 1.0;
  int32_t zero_point = 0;  ///< in stored codes, [-128, 127]
};

/// The values of one sample, row-major over the shape that the network declares for the tensor.
using Values = std::variant<std::vector<int8_t>, std::vector<int32_t>, std::vector<float>>;

/// A tensor that the network declares: name in the source file, shape of one sample, type and quantisation.
struct TensorInfo {
  std::string name;
  Shape shape;
  ElementType type = ElementType::kInt8;
  Quantisation quantisation;       ///< meaningful for kInt8
  bool declared_unsigned = false;  ///< the file says uint8; stored codes are then the file's minus 128
};

}  // namespace faultline::model
