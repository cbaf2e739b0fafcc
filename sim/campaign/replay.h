#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sim/campaign/campaign_description.h"
#include "sim/campaign/experiment_row.h"
#include "sim/campaign/fault_wave.h"
#include "sim/campaign/injection_story.h"

namespace faultline::campaign {

/// What `faultline replay` is asked.
struct ReplayRequest {
  std::string store;
  uint64_t experiment = 0;
  std::optional<size_t> image;  ///< default: the first on which the outcome is not masked, else the first
  std::string wave;             ///< file for a waveform, or empty
};

/// An experiment of a result store on one image that was run again and gave the stored row, bit for bit.
struct Replay {
  CampaignDescription description;
  ExperimentRow row;
  std::optional<InjectionStory> story;  ///< of what the faults did; nothing where the program itself failed
  std::string wave_file;
  std::optional<WaveSummary> wave;
};

/// Loads the design that the store names and runs the experiment again. Throws UserError when the store holds no such
/// row, and when model, data or hardware are not those of the campaign; std::runtime_error, naming the members that
/// differ, when the run does not give the stored row.
Replay replay_experiment(const ReplayRequest& request);

nlohmann::ordered_json to_json(const Replay& replay);
/// As lines for a terminal.
std::string to_text(const Replay& replay);

}  // namespace faultline::campaign
