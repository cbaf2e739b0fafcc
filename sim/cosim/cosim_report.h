#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sim/cosim/grid_cosim.h"

namespace faultline::cosim {

/// The result as `--json` prints it (docs/cosim.md). `repeat` is the command line that runs the differing case alone.
nlohmann::ordered_json to_json(const GridCosimRequest& request, const GridCosimResult& result,
                               const std::string& repeat);

/// The same for people.
std::string to_text(const GridCosimResult& result, const std::string& repeat);

}  // namespace faultline::cosim
