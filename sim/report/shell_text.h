#pragma once

#include <string>

namespace faultline::report {

/// A text as one word of a shell: as it is where that is safe, else in single quotes.
std::string shell_word(const std::string& text);

}  // namespace faultline::report
