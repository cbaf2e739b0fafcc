#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>

namespace faultline {

/// A mistake in what the user gave us: a file, a key, an option. The command line prints `faultline: ` + what() as one
/// line on stderr and exits with status 2; nothing has been written by then.
class UserError : public std::runtime_error {
 public:
  /// `where` is a file (or an option such as `--array`); `line` is 1-based, 0 where lines mean nothing (binary files).
  /// Prints as `FILE:LINE: wrong; right`, or `FILE: wrong; right` when `line` is 0.
  UserError(const std::string& where, int line, const std::string& wrong, const std::string& right)
      : std::runtime_error(
            one_line(where + (line > 0 ? ":" + std::to_string(line) : "") + ": " + wrong + "; " + right)) {}

 private:
  /// Damaged files have names with line breaks and other control characters in them.
  static std::string one_line(std::string message) {
    std::replace_if(
        message.begin(), message.end(), [](unsigned char byte) { return byte < 0x20 || byte == 0x7f; }, '?');
    return message;
  }
};

}  // namespace faultline
