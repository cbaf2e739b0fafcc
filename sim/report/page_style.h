#pragma once

#include <string>

namespace faultline::report {

/// The style sheet of every page: light, dark and print. Holds no character that XML would need escaped.
std::string page_style();

}  // namespace faultline::report
