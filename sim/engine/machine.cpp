#include "sim/engine/machine.h"

namespace faultline::engine {

bool follows_faults(const std::string& engine) {
  return engine == "auto" || engine == "cone";
}

}  // namespace faultline::engine
