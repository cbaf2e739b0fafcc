#include "sim/config/multiplier_option.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::config {
namespace {

constexpr size_t kEntries = hw::Multiplier::kEntries;

/// The file's entries as integers, whatever their width.
std::vector<int32_t> read_entries(const MultiplierOption& option) {
  std::ifstream stream(option.file, std::ios::binary);
  // One byte more than the largest table, so that anything larger is noticed without reading it.
  std::vector<char> bytes(4 * kEntries + 1);
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto size = static_cast<size_t>(stream.gcount());
  if (size == 0) {
    throw UserError(option.file, 0, "cannot be read or is empty", "give a table of 65,536 products");
  }
  if (size != 2 * kEntries && size != 4 * kEntries) {
    throw UserError(option.file, 0,
                    fmt::format("is {} bytes", size > 4 * kEntries ? "more than 262144" : fmt::format("{}", size)),
                    "a table of 65,536 products is 131,072 bytes (16-bit entries) or 262,144 bytes (32-bit entries)");
  }
  const size_t width = size / kEntries;
  std::vector<int32_t> entries(kEntries);
  for (size_t i = 0; i < kEntries; ++i) {
    uint32_t value = 0;
    for (size_t byte = 0; byte < width; ++byte) {
      value |= static_cast<uint32_t>(static_cast<uint8_t>(bytes[i * width + byte])) << (8 * byte);
    }
    entries[i] = width == 4 || option.is_unsigned ? static_cast<int32_t>(value) : static_cast<int16_t>(value);
  }
  return entries;
}

}  // namespace

MultiplierOption parse_multiplier(const std::string& text, const std::string& where, int line) {
  constexpr const char* kForms = "give exact, or table:FILE with ,unsigned or ,swap after it where needed";
  MultiplierOption option;
  if (text == "exact") {
    return option;
  }
  const std::string prefix = "table:";
  std::stringstream words(text.rfind(prefix, 0) == 0 ? text.substr(prefix.size()) : "");
  std::getline(words, option.file, ',');
  if (option.file.empty()) {
    throw UserError(where, line, fmt::format("multiplier '{}' is unknown", text), kForms);
  }
  for (std::string word; std::getline(words, word, ',');) {
    if (word == "unsigned" || word == "signed") {
      option.is_unsigned = word == "unsigned";
    } else if (word == "swap") {
      option.swap = true;
    } else {
      throw UserError(where, line, fmt::format("multiplier '{}': '{}' is unknown", text, word), kForms);
    }
  }
  return option;
}

std::string to_string(const MultiplierOption& option) {
  return option.file.empty()
             ? "exact"
             : "table:" + option.file + (option.is_unsigned ? ",unsigned" : "") + (option.swap ? ",swap" : "");
}

hw::Multiplier load_multiplier(const MultiplierOption& option) {
  if (option.file.empty()) {
    return {};
  }
  const std::vector<int32_t> entries = read_entries(option);
  const auto products = std::make_unique<std::array<int16_t, kEntries>>();
  for (int activation = -128; activation < 128; ++activation) {
    for (int weight = -128; weight < 128; ++weight) {
      const int a = option.is_unsigned ? std::abs(activation) : activation & 0xff;
      const int w = option.is_unsigned ? std::abs(weight) : weight & 0xff;
      const int64_t entry = entries[static_cast<size_t>(option.swap ? w * 256 + a : a * 256 + w)];
      const bool negative = option.is_unsigned && (activation < 0) != (weight < 0);
      const int64_t product = negative ? -entry : entry;
      if (product < std::numeric_limits<int16_t>::min() || product > std::numeric_limits<int16_t>::max()) {
        throw UserError(option.file, 0,
                        fmt::format("the product of activation {} and weight {} is {}", activation, weight, product),
                        "products must fit 16 bits; unsigned tables need ',unsigned'");
      }
      (*products)[hw::Multiplier::index(static_cast<int8_t>(activation), static_cast<int8_t>(weight))] =
          static_cast<int16_t>(product);
    }
  }
  return {to_string(option), *products};
}

}  // namespace faultline::config
