#pragma once

#include <string>

#include "sim/cosim/difference.h"

namespace faultline::cosim {

/// Two different names with a comma between them, the reference first. Throws UserError.
EngineNames parse_engine_names(const std::string& text);

}  // namespace faultline::cosim
