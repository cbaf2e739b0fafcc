#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hw/fault/fault.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/golden_entries.h"
#include "sim/engine/result_trace.h"
#include "sim/engine/simulated_platform.h"
#include "sim/mapping/program.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// Cycles of one operator that ran on the machine.
struct LayerCycles {
  size_t operator_index = 0;  ///< in Network::operators
  std::string name;
  uint64_t macs = 0;         ///< useful multiplications (0 for pooling)
  uint64_t first_cycle = 0;  ///< cycle at which the layer's first command could be taken
  CycleCounts cycles;
  double utilization = 0;                   ///< macs / (multipliers x cycles.total())
  mapping::NeuronProtectionUse protection;  ///< by the accelerator's neuron unit
};

/// One inference on a simulated machine.
struct AcceleratorRun {
  SimulatedPlatform::Status status = SimulatedPlatform::Status::kCompleted;
  std::vector<model::Values> tensors;  ///< indexed by TensorId; those after an early end are empty
  std::vector<LayerCycles> layers;     ///< in order of execution
  uint64_t total_cycles = 0;
  /// What total_cycles would be if the neuron unit had nothing to do; nothing where it has not.
  std::optional<uint64_t> unprotected_cycles;
  /// After the run: the machine's state differs from the golden run's although all outputs are equal.
  bool latent = false;
  std::optional<hw::DetectionRecord> detection;  ///< what protection units said
  Station farthest = Station::kNone;             ///< that a wrong value came to, of a run with faults
};

/// A fault-free inference with what is needed to start faulty ones in its middle: the state at each layer's start, and
/// inside of long layers before some items of work (commands) too.
struct GoldenRun {
  using Snapshot = SimulatedPlatform::Snapshot;

  AcceleratorRun run;
  std::vector<std::shared_ptr<const Snapshot>> layer_start;  ///< one per entry of run.layers
  GoldenEntries entries;                                     ///< inside of layers
  std::shared_ptr<const Snapshot> end;
  ResultRecord results;                    ///< of a systolic array
  std::vector<std::vector<uint8_t>> sums;  ///< of a GPU: by layer, what its requantisation reads in memory
};

/// Runs whole networks on a platform, layer by layer: what the machine can do as its programs, host operators in
/// between. Logits are bit-identical to FunctionalEngine. One per process (SystemC elaborates once).
class SimulationEngine {
 public:
  enum class Latent { kFind, kSkip };

  virtual ~SimulationEngine() = default;
  SimulationEngine(const SimulationEngine&) = delete;
  SimulationEngine& operator=(const SimulationEngine&) = delete;

  /// From the clean state, without faults.
  AcceleratorRun run(const model::Values& input);

  /// As run(), keeping the state at every layer's start.
  GoldenRun golden(const model::Values& input);

  /// The same inference with faults, from the clean state: exactly what simulating everything from cycle 0 gives, but
  /// starting at the last state that the golden run saved before the first fault and ending as soon as the state has
  /// reconverged.
  /// Ends with kTimedOut at `cycle_limit`. Whether a fault is latent takes the machine's state at the end, which costs
  /// a simulation of layers whose results are known: Latent::kSkip leaves it at false.
  AcceleratorRun run_with_faults(const GoldenRun& golden, const std::vector<hw::Fault>& faults, uint64_t cycle_limit,
                                 Latent latent = Latent::kFind);

  virtual SimulatedPlatform& platform() = 0;
  const model::Network& network() const { return *network_; }

 protected:
  using Status = SimulatedPlatform::Status;

  /// When a layer's run began, and what had been counted then.
  struct LayerStart {
    uint64_t cycle = 0;
    CycleCounts counts;
  };

  /// `functional` runs the same network.
  SimulationEngine(std::shared_ptr<const model::Network> network, const FunctionalEngine& functional);

  /// Layers that the machine runs, and the operator that each is.
  virtual size_t layers() const = 0;
  virtual size_t layer_operator(size_t layer) const = 0;
  /// The operator whose output the layer stores, where the machine does what follows the layer with it.
  virtual size_t output_operator(size_t layer) const { return layer_operator(layer); }
  /// Writes the layer's input to memory.
  virtual void hand_over(size_t layer, const model::Values& input) = 0;
  /// Runs the layer's items of work from `first` on.
  virtual Status run_items(size_t layer, size_t first, uint64_t cycle_limit) = 0;
  /// What the layer's output is in memory.
  virtual model::Values take_output(size_t layer) = 0;
  /// Of the layer that has just run, completed or not; without first_cycle.
  virtual LayerCycles layer_cycles(size_t layer, const LayerStart& start) const = 0;
  virtual size_t items(size_t layer) const = 0;
  /// As run_items() without a limit, but a machine may stop when it is ready to take another item, in a state from
  /// which run_items() can go on. Returns that item, or items(layer) when all are done. Throws std::logic_error for a
  /// trap.
  virtual size_t run_to_item(size_t layer, size_t first);
  /// The machine asks for all of the layer's items again, which it has had `repeats_before` times since they were done
  /// first. Never without a fault.
  virtual bool repeats(size_t /*layer*/, int /*repeats_before*/) const { return false; }

  /// The machine behaves as the one that was saved, for ever.
  virtual bool state_equal(const std::vector<std::byte>& saved) const = 0;
  /// Everything that later layers read before they write it equals what was saved, the constants in memory included.
  virtual bool equal_for_later_layers(const std::vector<std::byte>& saved) = 0;
  /// Constants in memory are what the host put there.
  virtual bool constants_intact() = 0;
  /// From this layer on, cycles are the same whatever the data.
  virtual bool timing_fixed_from(size_t /*layer*/) const { return true; }
  /// A memory holds a word that would raise a flag when it is read.
  virtual bool flag_may_rise() const { return false; }
  /// From this layer on, a protection unit may raise a flag for data that no fault strikes.
  virtual bool flags_depend_on_data(size_t /*layer*/) const { return false; }

  /// Shows `probe` what passes through post-processing; nullptr: nobody.
  virtual void watch_results(hw::ResultProbe* /*probe*/) {}
  /// After a layer of the golden run.
  virtual void record_layer(size_t /*layer*/, GoldenRun& /*golden*/) {}
  /// After a layer of a run with faults that completed: the farthest station that record_layer()'s record tells of.
  virtual Station station_after(size_t /*layer*/, const GoldenRun& /*golden*/) { return Station::kNone; }
  /// Where a fault makes a value wrong at once.
  virtual Station struck_station(const hw::Fault& /*fault*/) const { return Station::kNone; }

 private:
  AcceleratorRun run(const model::Values& input, GoldenRun* record);
  void run_all_items(size_t layer);
  LayerStart begin_layer(size_t layer, const AcceleratorRun& result);
  void record_entries(size_t layer, const ResultHashes& results, GoldenEntries& entries);
  void end_layer(size_t layer, const LayerStart& start, AcceleratorRun& result);
  AcceleratorRun start(const model::Values& input) const;
  void run_host_operators(size_t first, size_t end, AcceleratorRun& result) const;
  void simulate_with_faults(const GoldenRun& golden, const GoldenEntry& from, uint64_t cycle_limit, Latent latent,
                            ResultComparison& results, AcceleratorRun& result);
  bool finish_early(size_t layer, const GoldenRun& golden, uint64_t cycle_limit, Latent latent,
                    bool& outputs_known_equal, AcceleratorRun& result);
  bool nothing_more_to_say(size_t layer, const GoldenRun& golden);
  void take_golden_cycles(size_t layer, const GoldenRun& golden, AcceleratorRun& result);
  GoldenEntry last_state_before(uint64_t cycle, uint64_t cycle_limit, const GoldenRun& golden) const;
  size_t operator_of(size_t layer) const;
  size_t operator_after(size_t layer) const { return layer == 0 ? 0 : output_operator(layer - 1) + 1; }
  bool tensors_equal(size_t operator_index, const AcceleratorRun& a, const AcceleratorRun& b) const;
  bool output_equal(size_t layer, const AcceleratorRun& a, const AcceleratorRun& b) const;

  class ResultWatch;

  std::shared_ptr<const model::Network> network_;
  const FunctionalEngine& functional_;
  std::vector<std::vector<size_t>> live_;  ///< by operator: tensors made before it that are still read, or are outputs
};

}  // namespace faultline::engine
