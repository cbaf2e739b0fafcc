#pragma once

#include <nlohmann/json.hpp>

#include "sim/engine/machine.h"

namespace faultline::cli {

/// A machine's effective settings as results print them.
inline nlohmann::ordered_json effective_configuration(const engine::Machine::Settings& settings) {
  nlohmann::ordered_json json;
  for (const auto& [key, value] : settings) {
    std::visit([&json, name = key](const auto& setting) { json[name] = setting; }, value);
  }
  return json;
}

}  // namespace faultline::cli
