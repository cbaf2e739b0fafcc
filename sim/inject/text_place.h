#pragma once

#include <string>

#include "sim/config/user_error.h"

namespace faultline::inject {

/// Where the user wrote something: a file or an option, and a 1-based line (0 where lines mean nothing).
struct TextPlace {
  std::string file;
  int line = 0;

  [[noreturn]] void fail(const std::string& wrong, const std::string& right) const {
    throw UserError(file, line, wrong, right);
  }
};

}  // namespace faultline::inject
