#pragma once

#include <memory>
#include <vector>

#include "hw/gpu/sm_config.h"
#include "sim/engine/gpu_platform.h"
#include "sim/engine/simulation_engine.h"
#include "sim/gpu/network_mapper.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// Runs networks on a GpuPlatform: matrix and pooling operators as kernels.
///
/// A layer's cycles: load is im2col, compute the matrix product, drain requantisation and pooling, stall what lies
/// between launches. utilization is macs / (8-bit multipliers x cycles).
class GpuEngine : public SimulationEngine {
 public:
  /// Throws UserError when the network cannot be mapped to the configuration.
  GpuEngine(std::shared_ptr<const model::Network> network, const hw::gpu::SmConfig& config);
  ~GpuEngine() override;

  GpuPlatform& platform() override;
  /// How the network's layers are launched.
  const gpu::NetworkPlan& plan() const;

 private:
  struct Implementation;

  explicit GpuEngine(std::unique_ptr<Implementation> implementation);

  size_t layers() const override;
  size_t layer_operator(size_t layer) const override;
  void hand_over(size_t layer, const model::Values& input) override;
  size_t items(size_t layer) const override;
  Status run_items(size_t layer, size_t first, uint64_t cycle_limit) override;
  model::Values take_output(size_t layer) override;
  LayerCycles layer_cycles(size_t layer, const LayerStart& start) const override;
  bool state_equal(const std::vector<std::byte>& saved) const override;
  bool equal_for_later_layers(const std::vector<std::byte>& saved) override;
  bool constants_intact() override;
  bool timing_fixed_from(size_t layer) const override;
  void record_layer(size_t layer, GoldenRun& golden) override;
  Station station_after(size_t layer, const GoldenRun& golden) override;

  std::vector<uint8_t> sums_of(size_t layer) const;

  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
