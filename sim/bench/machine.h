#pragma once

#include <string>

namespace faultline::bench {

/// What figures depend on.
struct Machine {
  std::string processor;    ///< as the system names it; "unknown" where it does not
  std::string simd_target;  ///< the instruction set that the kernels choose
  unsigned cores = 0;       ///< that this process may use
  std::string compiler;
  std::string build_type;
};

Machine this_machine();

}  // namespace faultline::bench
