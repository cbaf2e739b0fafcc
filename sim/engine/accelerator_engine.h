#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "hw/systolic/accelerator_config.h"
#include "sim/engine/platform.h"
#include "sim/engine/simulation_engine.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// Runs networks on a Platform: accelerator operators as programs of commands.
class AcceleratorEngine : public SimulationEngine {
 public:
  /// Throws UserError when the network cannot be mapped to the configuration (a buffer too small ...).
  AcceleratorEngine(std::shared_ptr<const model::Network> network, const hw::AcceleratorConfig& config, GridKind kind);
  ~AcceleratorEngine() override;

  /// Cycles of an inference without the work for the neuron unit, or nothing where there is none. Simulates it; ends in
  /// no defined state.
  std::optional<uint64_t> unprotected_cycles();

  Platform& platform() override;

 private:
  struct Implementation;

  explicit AcceleratorEngine(std::unique_ptr<Implementation> implementation);

  size_t layers() const override;
  size_t layer_operator(size_t layer) const override;
  size_t output_operator(size_t layer) const override;
  void hand_over(size_t layer, const model::Values& input) override;
  size_t items(size_t layer) const override;
  Status run_items(size_t layer, size_t first, uint64_t cycle_limit) override;
  size_t run_to_item(size_t layer, size_t first) override;
  bool repeats(size_t layer, int repeats_before) const override;
  model::Values take_output(size_t layer) override;
  LayerCycles layer_cycles(size_t layer, const LayerStart& start) const override;
  bool state_equal(const std::vector<std::byte>& saved) const override;
  bool equal_for_later_layers(const std::vector<std::byte>& saved) override;
  bool constants_intact() override;
  bool flag_may_rise() const override;
  bool flags_depend_on_data(size_t layer) const override;
  void watch_results(hw::ResultProbe* probe) override;
  Station struck_station(const hw::Fault& fault) const override;

  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::engine
