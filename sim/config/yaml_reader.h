#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace faultline::config {

/// One value of a YAML file that remembers its file and line, so that every complaint can name them.
///
/// Reading is strict: duplicate keys, several documents and anything that is not a plain tree are errors when the file
/// is read; unknown keys are errors when check_keys() is called. Every function that fails throws UserError.
class YamlValue {
 public:
  enum class Kind { kNull, kScalar, kSequence, kMapping };

  Kind kind() const { return node_->kind; }
  bool is_scalar() const { return kind() == Kind::kScalar; }
  bool is_sequence() const { return kind() == Kind::kSequence; }
  bool is_mapping() const { return kind() == Kind::kMapping; }
  const std::string& file() const { return *file_; }
  /// 1-based line on which the value begins.
  int line() const { return node_->line; }

  /// The scalar as written. `name` names the value in the message when it is not a scalar.
  std::string text(const std::string& name) const;
  /// A whole number in [low, high]; a suffix KiB or MiB multiplies by 2^10 or 2^20.
  int64_t integer(const std::string& name, int64_t low, int64_t high) const;
  /// A finite number in [low, high].
  double number(const std::string& name, double low, double high) const;
  /// true or false.
  bool boolean(const std::string& name) const;
  /// The elements of a sequence.
  std::vector<YamlValue> items(const std::string& name) const;

  /// The value of a key of a mapping, or nothing.
  std::optional<YamlValue> find(const std::string& key) const;
  /// The value of a key that must be there.
  YamlValue require(const std::string& key) const;
  /// The keys of a mapping, in the order of the file.
  std::vector<std::string> keys() const;
  /// Throws for any key that is not in `allowed`, naming those that are; also when the value is no mapping. `name` says
  /// what the mapping describes.
  void check_keys(const std::string& name, const std::vector<std::string>& allowed) const;

  /// Throws UserError at this value's line.
  [[noreturn]] void fail(const std::string& wrong, const std::string& right) const;

 private:
  friend YamlValue parse_yaml(const std::string& text, const std::string& file);
  struct Node {
    Kind kind = Kind::kNull;
    int line = 0;
    std::string text;
    std::vector<std::shared_ptr<const Node>> items;
    std::vector<std::pair<std::string, std::shared_ptr<const Node>>> entries;
  };
  struct Builder;

  YamlValue(std::shared_ptr<const std::string> file, std::shared_ptr<const Node> node)
      : file_(std::move(file)), node_(std::move(node)) {}

  std::shared_ptr<const std::string> file_;
  std::shared_ptr<const Node> node_;
};

/// Parses YAML text; `file` is the name used in messages. An empty text is a kNull value.
YamlValue parse_yaml(const std::string& text, const std::string& file);

/// Reads and parses a file of at most 16 MiB.
YamlValue read_yaml(const std::string& path);

}  // namespace faultline::config
