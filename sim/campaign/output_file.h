#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "sim/campaign/pending_file.h"

namespace faultline::campaign {

/// A text that a command writes for the user: to a file, which has its name only when all of it is there, or, for the
/// path "-", to stdout.
class OutputFile {
 public:
  /// Throws UserError when it cannot be written.
  explicit OutputFile(const std::string& path);

  void write(const std::string& text);
  /// After the last write(). Throws UserError when not everything could be written; nothing is left behind then.
  void finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const;
  };
  [[noreturn]] void fail() const;

  std::string name_;  ///< for messages
  std::optional<PendingFile> pending_;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace faultline::campaign
