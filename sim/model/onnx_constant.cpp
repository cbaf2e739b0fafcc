#include "sim/model/onnx_constant.h"

#include <cmath>
#include <cstring>

#include "sim/config/user_error.h"

namespace faultline::model {
namespace {

float half_to_float(uint16_t half) {
  const int exponent = (half >> 10) & 0x1f;
  const int fraction = half & 0x3ff;
  const float sign = (half & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 31) {
    return fraction == 0 ? sign * INFINITY : NAN;
  }
  return sign * (exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                               : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25));
}

/// Elements of `tensor` as `Stored` (how the raw bytes are laid out), converted to `Element`. `typed` is the repeated
/// field that holds them when there are no raw bytes.
template <typename Element, typename Stored, typename Typed, typename Convert>
std::vector<Element> read_elements(const onnx::TensorProto& tensor, const Typed& typed, size_t count,
                                   const std::string& where, Convert convert) {
  std::vector<Element> elements;
  if (tensor.has_raw_data()) {
    const std::string& raw = tensor.raw_data();
    if (raw.size() != count * sizeof(Stored)) {
      throw UserError(where, 0,
                      "holds " + std::to_string(raw.size()) + " bytes of data where its shape needs " +
                          std::to_string(count * sizeof(Stored)),
                      "the file is truncated or damaged, export it again");
    }
    elements.resize(count);
    for (size_t i = 0; i < count; ++i) {
      Stored stored;
      std::memcpy(&stored, raw.data() + i * sizeof(Stored), sizeof(Stored));
      elements[i] = convert(stored);
    }
    return elements;
  }
  if (static_cast<size_t>(typed.size()) != count) {
    throw UserError(
        where, 0, "holds " + std::to_string(typed.size()) + " elements where its shape needs " + std::to_string(count),
        "the file is truncated or damaged, export it again");
  }
  elements.reserve(count);
  for (const auto& stored : typed) {
    elements.push_back(convert(static_cast<Stored>(stored)));
  }
  return elements;
}

Constant::Data read_data(const onnx::TensorProto& tensor, size_t count, const std::string& where) {
  const auto as_is = [](auto stored) { return stored; };
  switch (tensor.data_type()) {  // the closed list of element types that the format defines
    case onnx::TensorProto::FLOAT:
      return read_elements<float, float>(tensor, tensor.float_data(), count, where, as_is);
    case onnx::TensorProto::DOUBLE:
      return read_elements<float, double>(tensor, tensor.double_data(), count, where,
                                          [](double stored) { return static_cast<float>(stored); });
    case onnx::TensorProto::FLOAT16:
      return read_elements<float, uint16_t>(tensor, tensor.int32_data(), count, where, half_to_float);
    case onnx::TensorProto::INT8:
      return read_elements<int8_t, int8_t>(tensor, tensor.int32_data(), count, where, as_is);
    case onnx::TensorProto::UINT8:
    case onnx::TensorProto::BOOL:
      return read_elements<uint8_t, uint8_t>(tensor, tensor.int32_data(), count, where, as_is);
    case onnx::TensorProto::INT16:
      return read_elements<int16_t, int16_t>(tensor, tensor.int32_data(), count, where, as_is);
    case onnx::TensorProto::INT32:
      return read_elements<int32_t, int32_t>(tensor, tensor.int32_data(), count, where, as_is);
    case onnx::TensorProto::INT64:
      return read_elements<int64_t, int64_t>(tensor, tensor.int64_data(), count, where, as_is);
    default:
      throw UserError(where, 0, "has element type " + std::to_string(tensor.data_type()),
                      "int8, uint8, int16, int32, int64, float16, float and double are read");
  }
}

}  // namespace

size_t Constant::size() const {
  return std::visit([](const auto& elements) { return elements.size(); }, data);
}

double Constant::stored(size_t index) const {
  return std::visit([index](const auto& elements) { return static_cast<double>(elements[index]); }, data);
}

double Constant::real(size_t index) const {
  if (!dequantised_by) {
    return stored(index);
  }
  const size_t entry = affine_entry(*dequantised_by, extents, index);
  return (stored(index) - dequantised_by->zero_point[entry]) * static_cast<double>(dequantised_by->scale[entry]);
}

std::vector<float> Constant::floats() const {
  std::vector<float> values(size());
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(real(i));
  }
  return values;
}

std::vector<int64_t> Constant::integers() const {
  if (const auto* exact = std::get_if<std::vector<int64_t>>(&data)) {
    return *exact;
  }
  constexpr double kLimit = 9.0e15;  // what a double holds exactly
  std::vector<int64_t> values(size());
  for (size_t i = 0; i < values.size(); ++i) {
    const double value = real(i);
    values[i] = std::isnan(value) ? 0 : static_cast<int64_t>(std::fmin(std::fmax(value, -kLimit), kLimit));
  }
  return values;
}

size_t affine_entry(const AffineMap& map, const Extents& extents, size_t index) {
  if (map.scale.size() == 1) {
    return 0;
  }
  size_t inner = 1;
  for (size_t axis = static_cast<size_t>(map.axis) + 1; axis < extents.size(); ++axis) {
    inner *= static_cast<size_t>(extents[axis]);
  }
  return index / inner % map.scale.size();
}

int64_t checked_element_count(const Extents& extents, const std::string& where) {
  int64_t count = 1;
  bool empty = false;
  for (const int64_t extent : extents) {
    if (extent < 0 || extent > kMaximumElements) {
      throw UserError(where, 0, "has extent " + std::to_string(extent), "extents lie between 0 and 2^28");
    }
    if (extent == 0) {
      empty = true;
      continue;
    }
    count *= extent;
    if (count > kMaximumElements) {
      throw UserError(where, 0, "has more than 2^28 elements", "the file is damaged or the network is too large");
    }
  }
  return empty ? 0 : count;
}

Constant read_constant(const onnx::TensorProto& tensor, const std::string& where) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    throw UserError(where, 0, "keeps its data in another file", "save the model with its weights inside");
  }
  Constant constant;
  constant.extents.assign(tensor.dims().begin(), tensor.dims().end());
  const auto count = static_cast<size_t>(checked_element_count(constant.extents, where));
  constant.data = read_data(tensor, count, where);
  return constant;
}

}  // namespace faultline::model
