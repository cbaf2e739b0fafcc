#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "hw/common/state_table.h"
#include "sim/campaign/experiment_file.h"
#include "sim/campaign/inference_target.h"
#include "sim/inject/experiment_source.h"

namespace faultline::campaign {

/// What the experiments of a campaign are made for.
struct StruckDesign {
  const hw::StateTable& table;
  std::vector<LayerSpan> layers;  ///< of the fault-free run
  uint64_t cycles = 0;            ///< of the fault-free run
  size_t images = 1;
};

/// The experiments that an experiment file asks for. Throws UserError for what cannot be drawn from this design.
std::unique_ptr<inject::ExperimentSource> make_experiments(const ExperimentConfig& config, const StruckDesign& design);

/// The `faults` section with every default filled in: what repeats the campaign.
nlohmann::ordered_json effective_faults(const ExperimentConfig& config, const inject::ExperimentSource& experiments);

}  // namespace faultline::campaign
