#include "sim/model/npy.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "sim/config/user_error.h"

namespace faultline::model {
namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicSize = 6;
constexpr int64_t kMaximumElements = int64_t{1} << 31;

[[noreturn]] void fail(const std::string& path, const std::string& wrong) {
  throw UserError(path, 0, wrong, "give a .npy file of float32, int8, uint8, int16, int32 or int64 in C order");
}

/// An empty array of the element type that a header's descr names.
NpyArray::Data empty_data(const std::string& path, const std::string& descr) {
  static const std::map<std::string, NpyArray::Data> kTypes = {
      {"|i1", std::vector<int8_t>()},  {"<i1", std::vector<int8_t>()},  {"|u1", std::vector<uint8_t>()},
      {"<u1", std::vector<uint8_t>()}, {"<i2", std::vector<int16_t>()}, {"<i4", std::vector<int32_t>()},
      {"<i8", std::vector<int64_t>()}, {"<f4", std::vector<float>()}};
  const auto found = kTypes.find(descr);
  if (found == kTypes.end()) {
    fail(path, "has elements of type '" + descr + "'");
  }
  return found->second;
}

std::string descr_of(const NpyArray::Data& data) {
  static const char* const kDescr[] = {"|i1", "|u1", "<i4", "<i8", "<f4", "<i2"};  // in the order of the alternatives
  return kDescr[data.index()];
}

/// The text of the header and where the data begins.
struct Header {
  std::string text;
  size_t data_offset = 0;
};

Header read_header(const std::string& path, const std::string& bytes) {
  if (bytes.size() < kMagicSize + 4 || bytes.compare(0, kMagicSize, kMagic, kMagicSize) != 0) {
    fail(path, "is not a NumPy array");
  }
  const auto byte = [&bytes](size_t at) { return static_cast<size_t>(static_cast<unsigned char>(bytes[at])); };
  const size_t version = byte(kMagicSize);
  if (version < 1 || version > 3) {
    fail(path, fmt::format("has format version {}", version));
  }
  const size_t length_size = version == 1 ? 2 : 4;
  Header header;
  header.data_offset = kMagicSize + 2 + length_size;
  if (bytes.size() < header.data_offset) {
    fail(path, "ends in its header");
  }
  size_t length = 0;
  for (size_t i = 0; i < length_size; ++i) {
    length |= byte(kMagicSize + 2 + i) << (8 * i);
  }
  constexpr size_t kLongestHeader = 4096;  // a shape and a type need a fraction of it
  if (length > kLongestHeader || bytes.size() - header.data_offset < length) {
    fail(path, "ends in its header");
  }
  header.text = bytes.substr(header.data_offset, length);
  header.data_offset += length;
  return header;
}

/// The header's text from the value of `key` on: 'key': value ...
std::string value_of(const std::string& path, const std::string& text, const std::string& key) {
  const std::string quoted = "'" + key + "'";
  size_t at = text.find(quoted);
  at = at == std::string::npos ? at : text.find_first_not_of(" :", at + quoted.size());
  if (at == std::string::npos) {
    fail(path, "has no " + key + " in its header");
  }
  return text.substr(at);
}

/// What lies between `open`, with which `value` begins, and the next `close`.
std::string enclosed(const std::string& path, const std::string& value, char open, char close) {
  const size_t end = value.find(close, 1);
  if (value.front() != open || end == std::string::npos) {
    fail(path, "has a damaged header");
  }
  return value.substr(1, end - 1);
}

std::vector<int64_t> read_shape(const std::string& path, const std::string& text) {
  const std::string extents = enclosed(path, value_of(path, text, "shape"), '(', ')');
  if (extents.find_first_not_of("0123456789, ") != std::string::npos) {
    fail(path, "has a damaged header");
  }
  constexpr const char* kDigits = "0123456789";
  std::vector<int64_t> shape;
  int64_t count = 1;
  for (size_t at = extents.find_first_of(kDigits); at != std::string::npos; at = extents.find_first_of(kDigits, at)) {
    const size_t end = std::min(extents.find_first_not_of(kDigits, at), extents.size());
    if (end - at > 10) {
      fail(path, "has an absurd shape");
    }
    shape.push_back(std::stoll(extents.substr(at, end - at)));
    at = end;
    count = std::min(count * std::max<int64_t>(1, std::min(shape.back(), kMaximumElements + 1)), kMaximumElements + 1);
    if (shape.back() > kMaximumElements || count > kMaximumElements) {
      fail(path, "has an absurd shape");
    }
  }
  return shape;
}

}  // namespace

NpyArray read_npy(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream || bytes.empty()) {
    fail(path, "cannot be read, or is empty");
  }
  return decode_npy(bytes, path);
}

NpyArray decode_npy(const std::string& bytes, const std::string& name) {
  const Header header = read_header(name, bytes);
  if (value_of(name, header.text, "fortran_order").compare(0, 5, "False") != 0) {
    fail(name, "is in Fortran order");
  }
  NpyArray array;
  array.data = empty_data(name, enclosed(name, value_of(name, header.text, "descr"), '\'', '\''));
  array.shape = read_shape(name, header.text);
  size_t count = 1;
  for (const int64_t extent : array.shape) {
    count *= static_cast<size_t>(extent);
  }
  std::visit(
      [&](auto& elements) {
        using Element = typename std::decay_t<decltype(elements)>::value_type;
        const size_t available = bytes.size() - header.data_offset;
        if (available != count * sizeof(Element)) {
          fail(name,
               fmt::format("holds {} bytes of data where its header says {}", available, count * sizeof(Element)));
        }
        elements.resize(count);
        if (count > 0) {
          std::memcpy(elements.data(), bytes.data() + header.data_offset, available);
        }
      },
      array.data);
  return array;
}

std::string encode_npy(const NpyArray& array) {
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr_of(array.data),
                                   fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
  constexpr size_t kAlignment = 64;
  const size_t unpadded = kMagicSize + 4 + header.size() + 1;
  header.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  header.push_back('\n');
  std::string bytes(kMagic, kMagicSize);
  bytes += {1, 0, static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  bytes += header;
  std::visit(
      [&bytes](const auto& elements) {
        bytes.append(reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(elements[0]));
      },
      array.data);
  return bytes;
}

void write_npy(const std::string& path, const NpyArray& array) {
  const std::string bytes = encode_npy(array);
  const std::string temporary = path + fmt::format(".tmp{}", getpid());
  std::ofstream stream(temporary, std::ios::binary | std::ios::trunc);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream || std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::remove(temporary.c_str());
    throw UserError(path, 0, "cannot be written", "give a path in a folder that you may write to");
  }
}

}  // namespace faultline::model
