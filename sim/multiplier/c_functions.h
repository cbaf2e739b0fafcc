#pragma once

#include <string>
#include <vector>

namespace faultline::multiplier {

/// A function that a C source defines.
struct CFunction {
  std::string name;
  std::vector<std::string> parameters;  ///< their names
};

/// The functions defined at the outermost level of a C source, in its order. Comments, strings and preprocessor lines
/// are skipped; nothing is expanded.
std::vector<CFunction> c_functions(const std::string& source);

}  // namespace faultline::multiplier
