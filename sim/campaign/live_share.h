#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/campaign/inference_target.h"
#include "sim/engine/simulation_engine.h"
#include "sim/inject/fault_space.h"
#include "sim/model/network.h"

namespace faultline::campaign {

/// Which share of a population's (place of the mask, cycle) pairs lies in elements that are in use: those whose value
/// was seen to change during the layer that the cycle belongs to.
///
/// Registers and wires are looked at in the first and last cycle of each layer and in evenly spaced ones between,
/// memories in the first and last. An element that is rewritten with the value it has, or changes and changes back
/// between two looks, counts as idle: the share is a lower bound. It says nothing about whether a value in use matters
/// to the answer.
struct LiveShare {
  struct Structure {
    std::string path;
    double share = 0;
  };

  double share = 0;  ///< in [0, 1]; the rest is idle
  uint64_t observed_cycles = 0;
  std::vector<Structure> structures;  ///< as FaultSpace::structures()
};

/// Observes one fault-free inference, which takes `cycles` cycles in these layers.
LiveShare observe_live_share(engine::SimulationEngine& engine, const model::Values& input,
                             const std::vector<LayerSpan>& layers, uint64_t cycles, const inject::FaultSpace& space);

nlohmann::ordered_json to_json(const LiveShare& live);

}  // namespace faultline::campaign
