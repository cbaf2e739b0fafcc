#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sim/campaign/injection_story.h"
#include "sim/engine/machine_settings.h"

namespace faultline::campaign {

/// What `faultline inject` is asked: one fault on one image.
struct InjectionRequest {
  std::string model;
  std::string data;
  size_t image = 0;
  std::shared_ptr<const engine::MachineSettings> accelerator = engine::default_machine();
  std::string engine = "auto";
  std::string site;
  std::string mask = "1";
  std::string fault = "flip";
  uint64_t cycle = 0;
  std::optional<uint64_t> duration;  ///< default: one cycle for a flip, to the end for a stuck-at
  uint64_t period = 0;
  double hang_factor = 2;
};

/// Loads what the request names, checks it, injects, and tells the story. Throws UserError.
InjectionStory inject_one(const InjectionRequest& request);

}  // namespace faultline::campaign
