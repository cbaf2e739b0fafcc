#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hw/fault/fault.h"
#include "hw/systolic/accelerator_config.h"
#include "sim/engine/platform.h"
#include "sim/engine/result_trace.h"
#include "sim/mapping/program.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// Cycles of one operator that ran on the accelerator.
struct LayerCycles {
  size_t operator_index = 0;  ///< in Network::operators
  std::string name;
  uint64_t macs = 0;         ///< useful multiplications (0 for pooling)
  uint64_t first_cycle = 0;  ///< cycle at which the layer's first command could be taken
  CycleCounts cycles;
  double utilization = 0;                   ///< macs / (rows x columns x cycles.total())
  mapping::NeuronProtectionUse protection;  ///< by the accelerator's neuron unit
};

/// One inference on the simulated accelerator.
struct AcceleratorRun {
  Platform::Status status = Platform::Status::kCompleted;
  std::vector<model::Values> tensors;  ///< indexed by TensorId; those after an early end are empty
  std::vector<LayerCycles> layers;     ///< in order of execution
  uint64_t total_cycles = 0;
  /// What total_cycles would be if the neuron unit had nothing to do; nothing where it has not.
  std::optional<uint64_t> unprotected_cycles;
  /// After the run: the accelerator's state differs from the golden run's although all outputs are equal.
  bool latent = false;
  std::optional<hw::DetectionRecord> detection;  ///< what protection units said
  Station farthest = Station::kNone;             ///< that a wrong value came to, of a run with faults
};

/// A fault-free inference with what is needed to start faulty ones in its middle: the state at each layer's start.
struct GoldenRun {
  AcceleratorRun run;
  std::vector<std::shared_ptr<const Platform::Snapshot>> layer_start;  ///< one per entry of run.layers
  std::shared_ptr<const Platform::Snapshot> end;
  ResultRecord results;
};

/// Runs whole networks on a Platform, layer by layer: accelerator operators as programs, host operators in between.
/// Logits are bit-identical to FunctionalEngine. One per process (SystemC elaborates once).
class AcceleratorEngine {
 public:
  /// Throws UserError when the network cannot be mapped to the configuration (a buffer too small ...).
  AcceleratorEngine(std::shared_ptr<const model::Network> network, const hw::AcceleratorConfig& config, GridKind kind);
  ~AcceleratorEngine();

  /// From the clean state, without faults.
  AcceleratorRun run(const model::Values& input);

  /// As run(), keeping the state at every layer's start.
  GoldenRun golden(const model::Values& input);

  /// The same inference with faults, from the clean state: exactly what simulating everything from cycle 0 gives, but
  /// starting at the last golden layer boundary before the first fault and ending as soon as the state has reconverged.
  /// Ends with kTimedOut at `cycle_limit`.
  AcceleratorRun run_with_faults(const GoldenRun& golden, const std::vector<hw::Fault>& faults, uint64_t cycle_limit);

  /// Cycles of an inference without the work for the neuron unit, or nothing where there is none. Simulates it; ends in
  /// no defined state.
  std::optional<uint64_t> unprotected_cycles();

  Platform& platform();
  const model::Network& network() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
