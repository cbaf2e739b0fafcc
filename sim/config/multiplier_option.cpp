#include "sim/config/multiplier_option.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/user_error.h"

namespace faultline::config {
namespace {

constexpr size_t kEntries = hw::Multiplier::kEntries;

/// "a, b or c".
std::string listing(const std::vector<std::string>& names) {
  if (names.size() < 2) {
    return names.empty() ? "" : names.front();
  }
  const std::vector<std::string> first(names.begin(), names.end() - 1);
  return fmt::format("{} or {}", fmt::join(first, ", "), names.back());
}

const hw::MultiplierFamily& require_family(const std::string& name, const std::string& text, const std::string& where,
                                           int line) {
  const hw::MultiplierFamily* family = hw::find_multiplier_family(name);
  if (family == nullptr) {
    std::vector<std::string> names;
    for (const hw::MultiplierFamily& known : hw::multiplier_families()) {
      names.push_back(known.name);
    }
    throw UserError(
        where, line, fmt::format("multiplier '{}' is unknown", text),
        fmt::format("give {}, or table:FILE with ,unsigned or ,swap after it where needed", listing(names)));
  }
  return *family;
}

/// "name (low to high)" for each parameter.
std::string describe(const std::vector<hw::FamilyParameter>& parameters) {
  std::vector<std::string> names;
  for (const hw::FamilyParameter& parameter : parameters) {
    names.push_back(fmt::format("{} ({} to {})", parameter.name, parameter.low, parameter.high));
  }
  return names.empty() ? "it takes no parameters" : "its parameters are " + fmt::format("{}", fmt::join(names, ", "));
}

/// An imported table has a description beside it that knows its type.
void check_description(const MultiplierOption& option) {
  std::ifstream stream(option.file + ".json");
  const nlohmann::json description = nlohmann::json::parse(stream, nullptr, false);
  if (description.is_object() && description.contains("signed") && description["signed"] == option.is_unsigned) {
    throw UserError(
        option.file, 0,
        fmt::format("the table is {}, says {}.json", option.is_unsigned ? "signed" : "unsigned", option.file),
        option.is_unsigned ? "leave out ',unsigned'" : "add ',unsigned'");
  }
}

void refuse_wide_table(const std::string& text, int bits, const std::string& where, int line) {
  if (bits != hw::Multiplier::kOperandBits) {
    throw UserError(where, line,
                    fmt::format("multiplier '{}' is a table of 8-bit operands, the array's have {} bits", text, bits),
                    "give a family, such as truncated:k=4, or operand_bits 8");
  }
}

}  // namespace

std::vector<int32_t> read_product_entries(const std::string& file, bool is_unsigned) {
  std::ifstream stream(file, std::ios::binary);
  // One byte more than the largest table, so that anything larger is noticed without reading it.
  std::vector<char> bytes(4 * kEntries + 1);
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const auto size = static_cast<size_t>(stream.gcount());
  if (size == 0) {
    throw UserError(file, 0, "cannot be read or is empty", "give a table of 65,536 products");
  }
  if (size != 2 * kEntries && size != 4 * kEntries) {
    throw UserError(file, 0,
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
    entries[i] = width == 4 || is_unsigned ? static_cast<int32_t>(value) : static_cast<int16_t>(value);
  }
  return entries;
}

hw::GeneratedMultiplier generated_multiplier(const std::string& family,
                                             const std::vector<std::pair<std::string, std::string>>& parameters,
                                             int bits, bool is_signed, const std::string& where, int line) {
  hw::GeneratedMultiplier multiplier{&require_family(family, family, where, line), {}, bits, is_signed};
  const std::vector<hw::FamilyParameter> known = multiplier.family->parameters(bits);
  for (const hw::FamilyParameter& parameter : known) {
    multiplier.values.push_back(parameter.standard);
  }
  std::set<std::string> given;
  for (const auto& [name, text] : parameters) {
    const auto place = std::find_if(known.begin(), known.end(), [&key = name](const auto& p) { return p.name == key; });
    if (place == known.end()) {
      throw UserError(where, line, fmt::format("multiplier {} has no parameter '{}'", family, name), describe(known));
    }
    if (!given.insert(name).second) {
      throw UserError(where, line, fmt::format("multiplier {}: '{}' is given twice", family, name), "keep one of them");
    }
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < place->low || value > place->high) {
      throw UserError(where, line, fmt::format("multiplier {}: {} is '{}'", family, name, text),
                      fmt::format("give a whole number from {} to {}: {}", place->low, place->high, place->meaning));
    }
    multiplier.values[static_cast<size_t>(place - known.begin())] = value;
  }
  return multiplier;
}

hw::GeneratedMultiplier parse_generated_multiplier(const std::string& text, int bits, bool is_signed,
                                                   const std::string& where, int line) {
  const size_t colon = text.find(':');
  const std::string family = text.substr(0, colon);
  require_family(family, text, where, line);
  std::vector<std::pair<std::string, std::string>> parameters;
  std::stringstream words(colon == std::string::npos ? "" : text.substr(colon + 1));
  for (std::string word; std::getline(words, word, ',');) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      throw UserError(where, line, fmt::format("multiplier '{}': '{}' gives no value", text, word),
                      "write FAMILY:PARAMETER=VALUE,PARAMETER=VALUE");
    }
    parameters.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return generated_multiplier(family, parameters, bits, is_signed, where, line);
}

MultiplierOption parse_multiplier(const std::string& text, const std::string& where, int line, int bits) {
  MultiplierOption option;
  const std::string prefix = "table:";
  if (text.rfind(prefix, 0) != 0) {
    const hw::GeneratedMultiplier multiplier = parse_generated_multiplier(text, bits, true, where, line);
    option.family = multiplier.family->name;
    option.values = multiplier.values;
    option.bits = bits;
    return option;
  }
  refuse_wide_table(text, bits, where, line);
  std::stringstream words(text.substr(prefix.size()));
  std::getline(words, option.file, ',');
  if (option.file.empty()) {
    throw UserError(where, line, fmt::format("multiplier '{}' names no file", text),
                    "give table:FILE with ,unsigned or ,swap after it where needed");
  }
  for (std::string word; std::getline(words, word, ',');) {
    if (word == "unsigned" || word == "signed") {
      option.is_unsigned = word == "unsigned";
    } else if (word == "swap") {
      option.swap = true;
    } else {
      throw UserError(where, line, fmt::format("multiplier '{}': '{}' is unknown", text, word),
                      "after table:FILE, give ,unsigned, ,signed or ,swap");
    }
  }
  return option;
}

MultiplierOption with_operand_bits(const MultiplierOption& option, int bits, const std::string& where) {
  if (!option.file.empty()) {
    refuse_wide_table(to_string(option), bits, where, 0);
    return option;
  }
  std::vector<std::pair<std::string, std::string>> parameters;
  const hw::MultiplierFamily& family = *hw::find_multiplier_family(option.family);
  const std::vector<hw::FamilyParameter> known = family.parameters(option.bits);
  for (size_t i = 0; i < option.values.size(); ++i) {
    parameters.emplace_back(known[i].name, std::to_string(option.values[i]));
  }
  MultiplierOption changed = option;
  changed.values = generated_multiplier(option.family, parameters, bits, true, where, 0).values;
  changed.bits = bits;
  return changed;
}

std::string to_string(const MultiplierOption& option) {
  return option.file.empty()
             ? hw::GeneratedMultiplier{hw::find_multiplier_family(option.family), option.values, option.bits}.name()
             : "table:" + option.file + (option.is_unsigned ? ",unsigned" : "") + (option.swap ? ",swap" : "");
}

hw::Multiplier load_multiplier(const MultiplierOption& option) {
  if (option.file.empty()) {
    return hw::GeneratedMultiplier{hw::find_multiplier_family(option.family), option.values, option.bits}.multiplier();
  }
  check_description(option);
  const std::vector<int32_t> entries = read_product_entries(option.file, option.is_unsigned);
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
