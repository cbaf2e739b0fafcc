#include "sim/report/shell_text.h"

#include <algorithm>
#include <cctype>

namespace faultline::report {

std::string shell_word(const std::string& text) {
  const bool safe = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char byte) {
    return std::isalnum(byte) != 0 || byte == '/' || byte == '.' || byte == '_' || byte == '-' || byte == '=';
  });
  if (safe) {
    return text;
  }
  std::string quoted = "'";
  for (const char byte : text) {
    quoted += byte == '\'' ? std::string("'\\''") : std::string(1, byte);
  }
  return quoted + "'";
}

}  // namespace faultline::report
