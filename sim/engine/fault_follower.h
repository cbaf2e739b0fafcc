#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hw/fault/faults.h"
#include "hw/protection/detection_monitor_core.h"
#include "sim/engine/simulation_engine.h"

namespace faultline::engine {

/// A faulty inference by a FaultFollower.
struct ConeRun {
  SimulatedPlatform::Status status = SimulatedPlatform::Status::kCompleted;
  const std::vector<model::Values>* tensors = nullptr;  ///< indexed by TensorId; until the engine is used again
  uint64_t total_cycles = 0;
  bool latent = false;
  Station farthest = Station::kNone;             ///< that a wrong value came to
  std::optional<hw::DetectionRecord> detection;  ///< what protection units said
  bool simulated = false;  ///< the cone could not reason about the fault, so the inference was simulated
};

/// Faulty inferences without stepping the machine: what SimulationEngine::run_with_faults() gives - status, output
/// tensors bit for bit, cycles, the latent flag, how far a wrong value came - from what the faults can reach.
class FaultFollower {
 public:
  virtual ~FaultFollower() = default;

  /// Takes up an image: the golden inference that the following faults strike.
  virtual void begin(const model::Values& input) = 0;
  /// All tensors of the golden inference.
  virtual const std::vector<model::Values>& golden() const = 0;
  /// Cycles of the golden inference, and of its layers.
  virtual uint64_t total_cycles() const = 0;
  virtual const std::vector<LayerCycles>& layers() const = 0;

  virtual ConeRun run_with_faults(const hw::Faults& faults, uint64_t cycle_limit) = 0;
};

}  // namespace faultline::engine
