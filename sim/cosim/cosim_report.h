#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/cosim/cosim_result.h"

namespace faultline::cosim {

/// What was asked for, as far as results tell it.
struct CosimDescription {
  std::vector<std::pair<std::string, std::string>> machine;  ///< its configuration, by name
  uint64_t seed;
  std::string repeat;  ///< the command line that runs the differing case alone
};

/// The result as `--json` prints it (docs/cosim.md).
nlohmann::ordered_json to_json(const CosimDescription& description, const CosimResult& result);

/// The same for people.
std::string to_text(const CosimDescription& description, const CosimResult& result);

}  // namespace faultline::cosim
