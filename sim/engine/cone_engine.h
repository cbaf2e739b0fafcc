#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "hw/fault/faults.h"
#include "hw/systolic/accelerator_config.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/fault_follower.h"

namespace faultline::engine {

/// Faulty inferences without stepping the array.
///
/// No cycle depends on data, so the schedule says for every register and every cycle which operands and sums it holds.
/// A fault's cone is followed to the sums and outputs of the layer that it strikes; only what differs there is inferred
/// further, and what is left in the accelerator at the end is known from the schedule. Faults of the controller, the
/// DMA's control, protected memories, addresses and whatever else cannot be followed so are simulated instead.
class ConeEngine : public FaultFollower {
 public:
  /// `engine` runs the same network on the same configuration; it must outlive this object and is used for one
  /// inference at once and for what cannot be followed.
  ConeEngine(AcceleratorEngine& engine, std::shared_ptr<const model::Network> network,
             const hw::AcceleratorConfig& config);
  ~ConeEngine() override;

  void begin(const model::Values& input) override;
  const std::vector<model::Values>& golden() const override;
  /// Of every inference.
  uint64_t total_cycles() const override;
  const std::vector<LayerCycles>& layers() const override;

  /// False for fields whose faults are always simulated.
  bool follows(size_t field) const;
  ConeRun run_with_faults(const hw::Faults& faults, uint64_t cycle_limit) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
