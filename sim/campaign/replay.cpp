#include "sim/campaign/replay.h"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "sim/campaign/attribution.h"
#include "sim/campaign/campaign_report.h"
#include "sim/campaign/experiment_runner.h"
#include "sim/campaign/loaded_design.h"
#include "sim/campaign/result_store.h"
#include "sim/campaign/row_difference.h"
#include "sim/config/user_error.h"
#include "sim/model/network_input.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;

bool shows(const ExperimentRow& row) {
  return row.tool_error.empty() && row.judgement.outcome != Outcome::kMasked;
}

std::string images_text(const std::vector<ExperimentRow>& rows) {
  constexpr size_t kListed = 10;
  std::vector<std::string> images;
  for (size_t i = 0; i < std::min(kListed, rows.size()); ++i) {
    images.push_back(std::to_string(rows[i].image));
  }
  return fmt::format("{}{}", fmt::join(images, ", "), rows.size() > kListed ? " ..." : "");
}

/// The row that the request means.
ExperimentRow chosen_row(const ResultStore& store, const ReplayRequest& request) {
  const std::vector<ExperimentRow> rows = store.experiment(request.experiment);
  if (rows.empty()) {
    throw UserError(store.path(), 0, fmt::format("holds no experiment {}", request.experiment),
                    "`faultline export` lists those that it holds");
  }
  if (!request.image) {
    const auto found = std::find_if(rows.begin(), rows.end(), shows);
    return found != rows.end() ? *found : rows.front();
  }
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const ExperimentRow& row) { return row.image == *request.image; });
  if (found == rows.end()) {
    throw UserError("--image", 0,
                    fmt::format("experiment {} did not run on image {}", request.experiment, *request.image),
                    "give one of its images: " + images_text(rows));
  }
  return *found;
}

/// Throws UserError unless the design is the one that the campaign struck.
void check_hashes(const LoadedDesign& design, const CampaignDescription& description, const std::string& store) {
  const ordered_json hashes = design.hashes();
  const auto differs = [&](const char* part) {
    return hashes.value(part, ordered_json()) != description.hashes.value(part, ordered_json());
  };
  const auto right = [&](const char* part) {
    return fmt::format("bring back the {} with which {} was made", part, store);
  };
  if (differs("model")) {
    throw UserError(design.config.model, 0, "is not the model that the campaign ran", right("file"));
  }
  if (differs("data")) {
    throw UserError(design.config.data, 0, "holds other images than the campaign ran", right("data"));
  }
  if (differs("biases")) {
    throw UserError(design.config.data, 0, "calibrates biases to other values than the campaign's", right("data"));
  }
  if (differs("clip")) {
    throw UserError(design.config.clip, 0, "clips to other bounds than the campaign did", right("file"));
  }
  if (differs("hardened")) {
    throw UserError(design.config.hardened, 0, "protects other neurons than the campaign did", right("file"));
  }
  if (differs("hardware")) {
    throw UserError(store, 0,
                    fmt::format("the hardware is not the campaign's: another multiplier table, or another design than "
                                "faultline {} has",
                                description.version),
                    right("table or the version"));
  }
}

void check_equal(const ExperimentRow& stored, const ExperimentRow& rerun) {
  const std::vector<std::string> names = differing_members(stored, rerun);
  if (!names.empty()) {
    throw std::runtime_error(fmt::format("experiment {} on image {} does not replay: {} differ{} from the stored row",
                                         stored.number, stored.image, fmt::join(names, ", "),
                                         names.size() == 1 ? "s" : ""));
  }
}

/// The settings that the store keeps, read as those of an experiment file are.
ExperimentConfig stored_design(const ResultStore& store) {
  const std::string text =
      store.description().experiment.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return read_design_of(text, store.path());
}

}  // namespace

Replay replay_experiment(const ReplayRequest& request) {
  const ResultStore store = ResultStore::open(request.store);
  Replay replay;
  replay.description = store.description();
  replay.row = chosen_row(store, request);
  const ExperimentRow& row = replay.row;
  LoadedDesign design(stored_design(store));
  check_hashes(design, replay.description, request.store);

  if (design.neurons != nullptr && !request.wave.empty()) {
    throw UserError("--wave", 0, "the campaign struck neurons, not an accelerator with cycles", "leave the option out");
  }
  const double hang_factor = design.config.hang_factor;
  ExperimentRunner runner(design.struck(), hang_factor);
  check_equal(row, runner.run({row.number, row.image, row.stratum, row.weight, row.faults}));
  if (!row.tool_error.empty() || design.neurons != nullptr) {
    return replay;  // there is no run, or no accelerator, of which to tell
  }
  const model::Values input = model::network_input(*design.network, design.dataset.image(row.image));
  replay.story = tell_story(*design.simulated.engine, input, row.faults, hang_factor);
  if (!request.wave.empty()) {
    replay.wave_file = request.wave;
    replay.wave = write_fault_wave(*design.simulated.engine, input, row.faults,
                                   hang_limit(row.golden_cycles, hang_factor), replay.story->reached, request.wave);
  }
  return replay;
}

ordered_json to_json(const Replay& replay) {
  ordered_json json = {{"experiment", replay.row.number},
                       {"image", replay.row.image},
                       {"equal", true},
                       {"row", to_json(replay.row, replay.description)}};
  json["story"] = replay.story ? to_json(*replay.story) : ordered_json(nullptr);
  if (replay.wave) {
    json["wave"] = {{"file", replay.wave_file},
                    {"signals", replay.wave->signals},
                    {"first_cycle", replay.wave->first_cycle},
                    {"last_cycle", replay.wave->last_cycle}};
  }
  return json;
}

std::string to_text(const Replay& replay) {
  std::string text = fmt::format("replayed  experiment {} on image {}: equal to the stored row, bit for bit\n",
                                 replay.row.number, replay.row.image);
  if (replay.story) {
    text += to_text(*replay.story);
  } else if (!replay.row.tool_error.empty()) {
    text += fmt::format("failed    {}\n", replay.row.tool_error);
  } else {
    text += fmt::format("outcome   {}; the engine neuron has no registers to tell of\n",
                        to_string(replay.row.judgement.outcome));
  }
  if (replay.wave) {
    text += fmt::format("waveform  {}: {} signals, cycles {} to {}\n", replay.wave_file, replay.wave->signals,
                        replay.wave->first_cycle, replay.wave->last_cycle);
  }
  return text;
}

}  // namespace faultline::campaign
