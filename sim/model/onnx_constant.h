#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <onnx/onnx_pb.h>

namespace faultline::model {

/// Extents as the file gives them, batch dimension included.
using Extents = std::vector<int64_t>;

/// How a DequantizeLinear reads a constant: real = scale[i] * (code - zero_point[i]), i the index along `axis`.
struct AffineMap {
  std::vector<float> scale;         ///< one entry, or one per index along `axis`
  std::vector<int32_t> zero_point;  ///< as many as `scale`
  int axis = 0;                     ///< meaningful when there are several entries
};

/// A tensor whose values are known at import: an initializer or what was computed from initializers alone.
struct Constant {
  using Data = std::variant<std::vector<int8_t>, std::vector<uint8_t>, std::vector<int32_t>, std::vector<int64_t>,
                            std::vector<float>, std::vector<int16_t>>;

  Extents extents;
  Data data;                                ///< row-major over `extents`
  std::optional<AffineMap> dequantised_by;  ///< set when the value is float, stored as codes

  size_t size() const;
  /// The stored number: a code when `dequantised_by` is set.
  double stored(size_t index) const;
  /// The number that the graph sees.
  double real(size_t index) const;
  std::vector<float> floats() const;
  /// For shapes, axes and the like. Values are truncated towards zero.
  std::vector<int64_t> integers() const;
  bool is_float() const { return dequantised_by.has_value() || std::holds_alternative<std::vector<float>>(data); }
};

/// Position of the entry of `map` that applies to element `index` of a tensor with these extents.
size_t affine_entry(const AffineMap& map, const Extents& extents, size_t index);

/// Checks and reads an initializer. `where` names file and tensor in the error. Throws UserError when the element type
/// is not one of those above (float16 and double become float, bool becomes uint8), when data lies outside the file, or
/// when the number of elements differs from what the extents say.
Constant read_constant(const onnx::TensorProto& tensor, const std::string& where);

/// Number of elements; throws UserError naming `where` when an extent is negative or the product exceeds
/// kMaximumElements.
int64_t checked_element_count(const Extents& extents, const std::string& where);

/// More elements than any tensor of a network of the sizes that this program is for; a larger one means a corrupt file.
constexpr int64_t kMaximumElements = int64_t{1} << 28;

}  // namespace faultline::model
