#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "hw/fault/fault.h"
#include "hw/protection/detection_monitor_core.h"
#include "hw/systolic/accelerator_config.h"
#include "sim/engine/accelerator_engine.h"

namespace faultline::engine {

/// A faulty inference by ConeEngine.
struct ConeRun {
  Platform::Status status = Platform::Status::kCompleted;
  const std::vector<model::Values>* tensors = nullptr;  ///< indexed by TensorId; until the engine is used again
  uint64_t total_cycles = 0;
  bool latent = false;
  Station farthest = Station::kNone;             ///< that a wrong value came to
  std::optional<hw::DetectionRecord> detection;  ///< what protection units said
  bool simulated = false;  ///< the cone could not reason about the fault, so the inference was simulated
};

/// Faulty inferences without stepping the array: what AcceleratorEngine::run_with_faults() gives - status, output
/// tensors bit for bit, cycles, the latent flag, how far a wrong value came - from what the faults can reach.
///
/// No cycle depends on data, so the schedule says for every register and every cycle which operands and sums it holds.
/// A fault's cone is followed to the sums and outputs of the layer that it strikes; only what differs there is inferred
/// further, and what is left in the accelerator at the end is known from the schedule. Faults of the controller, the
/// DMA's control, protected memories, addresses and whatever else cannot be followed so are simulated instead.
class ConeEngine {
 public:
  /// `engine` runs the same network on the same configuration; it must outlive this object and is used for one
  /// inference at once and for what cannot be followed.
  ConeEngine(AcceleratorEngine& engine, std::shared_ptr<const model::Network> network,
             const hw::AcceleratorConfig& config);
  ~ConeEngine();

  /// Takes up an image: the golden inference that the following faults strike.
  void begin(const model::Values& input);
  /// All tensors of the golden inference.
  const std::vector<model::Values>& golden() const;
  /// Cycles of every inference, and of its layers.
  uint64_t total_cycles() const;
  const std::vector<LayerCycles>& layers() const;

  /// False for fields whose faults are always simulated.
  bool follows(size_t field) const;
  ConeRun run_with_faults(const std::vector<hw::Fault>& faults, uint64_t cycle_limit);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
