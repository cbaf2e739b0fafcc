#include "sim/config/yaml_reader.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "sim/config/user_error.h"

namespace faultline::config {
namespace {

/// Aliases can make a small file expand without end; no file of ours comes near this.
constexpr size_t kMostNodes = 1'000'000;
constexpr size_t kLargestFile = size_t{16} * 1024 * 1024;
constexpr int kDeepest = 64;

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

/// Copies yaml-cpp's graph into a tree, refusing what is not one.
struct YamlValue::Builder {
  std::string file;
  size_t nodes = 0;

  std::shared_ptr<const Node> build(const YAML::Node& source, int depth) {
    const int line = std::max(source.Mark().line, 0) + 1;
    if (++nodes > kMostNodes || depth > kDeepest) {
      throw UserError(file, line, "nests or repeats itself too often", "write it without recursive aliases");
    }
    auto node = std::make_shared<Node>();
    node->line = line;
    if (source.IsScalar()) {
      node->kind = Kind::kScalar;
      node->text = source.Scalar();
    } else if (source.IsSequence()) {
      node->kind = Kind::kSequence;
      for (const YAML::Node& item : source) {
        node->items.push_back(build(item, depth + 1));
      }
    } else if (source.IsMap()) {
      node->kind = Kind::kMapping;
      for (const auto& entry : source) {
        add_entry(*node, entry.first, entry.second, depth);
      }
    }
    return node;
  }

  void add_entry(Node& mapping, const YAML::Node& key, const YAML::Node& value, int depth) {
    const int line = std::max(key.Mark().line, 0) + 1;
    if (!key.IsScalar()) {
      throw UserError(file, line, "a key is not a word", "write keys as plain words followed by a colon");
    }
    for (const auto& [name, other] : mapping.entries) {
      if (name == key.Scalar()) {
        throw UserError(file, line, fmt::format("key '{}' appears twice (first on line {})", name, other->line),
                        "keep one of them");
      }
    }
    mapping.entries.emplace_back(key.Scalar(), build(value, depth + 1));
  }
};

std::string YamlValue::text(const std::string& name) const {
  if (!is_scalar()) {
    fail(name + " is not a single value", "give one value after the colon");
  }
  return node_->text;
}

int64_t YamlValue::integer(const std::string& name, int64_t low, int64_t high) const {
  const std::string written = text(name);
  std::string digits = written;
  int64_t unit = 1;
  for (const auto& [suffix, bytes] : {std::pair{"KiB", int64_t{1} << 10}, std::pair{"MiB", int64_t{1} << 20}}) {
    if (digits.size() > 3 && digits.compare(digits.size() - 3, 3, suffix) == 0) {
      digits.resize(digits.size() - 3);
      digits.erase(digits.find_last_not_of(' ') + 1);
      unit = bytes;
      break;
    }
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  const int64_t limit = int64_t{1} << 42;
  if (!whole || value > limit || value < -limit || value * unit < low || value * unit > high) {
    fail(fmt::format("{} is '{}'", name, written), fmt::format("give a whole number from {} to {}", low, high));
  }
  return value * unit;
}

double YamlValue::number(const std::string& name, double low, double high) const {
  const std::string written = text(name);
  char* end = nullptr;
  const double value = std::strtod(written.c_str(), &end);
  if (written.empty() || end != written.c_str() + written.size() || !std::isfinite(value) || value < low ||
      value > high) {
    fail(fmt::format("{} is '{}'", name, written), fmt::format("give a number from {} to {}", low, high));
  }
  return value;
}

bool YamlValue::boolean(const std::string& name) const {
  const std::string written = text(name);
  if (written != "true" && written != "false") {
    fail(fmt::format("{} is '{}'", name, written), "give true or false");
  }
  return written == "true";
}

std::vector<YamlValue> YamlValue::items(const std::string& name) const {
  if (!is_sequence()) {
    fail(name + " is not a list", "write it as [a, b, c]");
  }
  std::vector<YamlValue> values;
  for (const auto& item : node_->items) {
    values.push_back(YamlValue(file_, item));
  }
  return values;
}

std::optional<YamlValue> YamlValue::find(const std::string& key) const {
  for (const auto& [name, value] : node_->entries) {
    if (name == key) {
      return YamlValue(file_, value);
    }
  }
  return std::nullopt;
}

YamlValue YamlValue::require(const std::string& key) const {
  const auto value = find(key);
  if (!value) {
    fail(fmt::format("key '{}' is missing", key), fmt::format("add a line '{}: ...'", key));
  }
  return *value;
}

std::vector<std::string> YamlValue::keys() const {
  std::vector<std::string> names;
  for (const auto& entry : node_->entries) {
    names.push_back(entry.first);
  }
  return names;
}

void YamlValue::check_keys(const std::string& name, const std::vector<std::string>& allowed) const {
  if (!is_mapping()) {
    fail(name + " is not a list of keys and values", "its keys are " + joined(allowed));
  }
  for (const auto& [key, value] : node_->entries) {
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) {
      throw UserError(*file_, value->line, fmt::format("unknown key '{}' in {}", key, name),
                      "the keys are " + joined(allowed));
    }
  }
}

void YamlValue::fail(const std::string& wrong, const std::string& right) const {
  throw UserError(*file_, line(), wrong, right);
}

YamlValue parse_yaml(const std::string& text, const std::string& file) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      throw UserError(file, std::max(documents[1].Mark().line, 0) + 1, "a second document begins here",
                      "keep one document in the file");
    }
    YamlValue::Builder builder{file};
    auto root = documents.empty() ? std::make_shared<YamlValue::Node>() : builder.build(documents[0], 0);
    return {std::make_shared<const std::string>(file), root};
  } catch (const YAML::Exception& error) {
    throw UserError(file, std::max(error.mark.line, 0) + 1, "not YAML: " + error.msg, "see the example files");
  }
}

YamlValue read_yaml(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    throw UserError(path, 0, "cannot be read", "give the path of a readable YAML file");
  }
  std::string text;
  text.resize(kLargestFile + 1);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  if (text.size() > kLargestFile) {
    throw UserError(path, 0, "is larger than 16 MiB", "give a YAML file");
  }
  if (text.empty() && stream.bad()) {
    throw UserError(path, 0, "cannot be read", "give the path of a readable YAML file");
  }
  return parse_yaml(text, path);
}

}  // namespace faultline::config
