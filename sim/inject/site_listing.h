#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "hw/common/state_table.h"

namespace faultline::inject {

/// The fault space as JSON: structures[{path, kind, bits, count}], total_bits (registers and memories) and wire_bits,
/// which are counted apart because they are another population.
nlohmann::ordered_json site_listing_json(const hw::StateTable& table);

/// The same as a table for a terminal.
std::string site_listing_text(const hw::StateTable& table);

}  // namespace faultline::inject
