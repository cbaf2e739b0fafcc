#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace faultline::model {

/// An array of a NumPy .npy file, in C order.
struct NpyArray {
  using Data = std::variant<std::vector<int8_t>, std::vector<uint8_t>, std::vector<int32_t>, std::vector<int64_t>,
                            std::vector<float>, std::vector<int16_t>>;

  std::vector<int64_t> shape;
  Data data;
};

/// Reads format versions 1 to 3, little-endian float32, int8, uint8, int16, int32 and int64 in C order. Throws
/// UserError for anything else and for files whose data does not match their header.
NpyArray read_npy(const std::string& path);

/// What read_npy() reads from a file, given its bytes; `name` is the name in messages.
NpyArray decode_npy(const std::string& bytes, const std::string& name);

/// The bytes that write_npy() writes.
std::string encode_npy(const NpyArray& array);

/// Writes `array` as version 1 under a temporary name beside `path` and renames it, so that `path` is either complete
/// or untouched. Throws UserError when that fails.
void write_npy(const std::string& path, const NpyArray& array);

}  // namespace faultline::model
