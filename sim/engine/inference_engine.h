#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/layer_multipliers.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// Runs one fault-free inference. Engines without a clock leave the run's layers empty and its cycles 0.
using Inference = std::function<AcceleratorRun(const model::Values& input)>;

/// Inference without a clock.
Inference functional_inference(std::shared_ptr<const model::Network> network, const LayerMultipliers& multipliers);

/// The engines that run whole networks: "functional", "cycle", "structural", "rtl", "rtl_grid".
std::vector<std::string> engine_names();

/// An engine by name; at most one with a clock per process. Throws UserError for an unknown name or a network that does
/// not fit the configuration.
Inference make_inference(const std::string& engine, std::shared_ptr<const model::Network> network,
                         const hw::AcceleratorConfig& config);

}  // namespace faultline::engine
