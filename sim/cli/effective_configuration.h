#pragma once

#include <nlohmann/json.hpp>

#include "sim/config/accelerator_file.h"

namespace faultline::cli {

/// The accelerator's effective configuration as results print it.
inline nlohmann::ordered_json effective_configuration(const hw::AcceleratorConfig& config) {
  nlohmann::ordered_json json;
  for (const auto& [key, value] : config::effective_settings(config)) {
    std::visit([&json, name = key](const auto& setting) { json[name] = setting; }, value);
  }
  return json;
}

}  // namespace faultline::cli
