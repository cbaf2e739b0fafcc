#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "hw/multipliers/family.h"
#include "hw/systolic/accelerator_config.h"
#include "sim/model/network.h"

namespace faultline::cost {

/// What the circuits of an array's multipliers switch while a network runs.
struct NetworkEnergy {
  uint64_t cycles = 0;    ///< simulated
  uint64_t products = 0;  ///< that the network's layers ask for
  /// Gate equivalents that switch (netlist/switching_energy.h) in all elements and cycles, by products: what switches
  /// where nothing is multiplied that the network asks for counts too.
  double switching_energy = 0;
  double exact_switching_energy = 0;  ///< of `exact` with the same operands
};

/// Runs the network on every input with the cycle engine and drives the gates of `multiplier`, which must be the
/// configuration's only one, with the operands of each element. `progress` is called after each input with the number
/// done. One simulation per process (SystemC elaborates once). Throws UserError where elements or layers have
/// multipliers of their own, the network does not fit, or Yosys is missing.
NetworkEnergy network_energy(const hw::GeneratedMultiplier& multiplier, const hw::AcceleratorConfig& config,
                             std::shared_ptr<const model::Network> network, const std::vector<model::Values>& inputs,
                             const std::function<void(size_t done)>& progress);

/// The energy with the names that commands print.
nlohmann::ordered_json to_json(const NetworkEnergy& energy);

}  // namespace faultline::cost
