#pragma once

#include "hw/systolic/accelerator_config.h"
#include "sim/engine/machine.h"

namespace faultline::engine {

/// A systolic array with its buffers and controller.
class SystolicMachine : public Machine {
 public:
  explicit SystolicMachine(const hw::AcceleratorConfig& config) : config_(config) {}

  std::string description() const override;
  const hw::Multiplier& multiplier() const override { return config_.grid.multiplier; }
  const hw::Multiplier& layer_multiplier(const std::string& layer) const override {
    return config_.grid.selected(config_.selection_of(layer));
  }
  std::vector<const hw::Multiplier*> all_multipliers() const override;
  LayerMultipliers multipliers(const model::Network& network) const override { return {network, config_}; }
  Settings settings() const override;
  hw::ProtectionConfig* protection() override { return &config_.protection; }
  const hw::ProtectionConfig* protection() const override { return &config_.protection; }
  Inference inference(const std::string& engine, std::shared_ptr<const model::Network> network) const override;
  hw::OperandFormat operand_format() const override { return config_.grid.format(); }
  StruckMachine struck(const std::string& engine, std::shared_ptr<const model::Network> network,
                       const std::string& where) const override;
  GemmResult gemm(const Gemm& gemm, const std::string& engine) const override;
  void visit_state(const std::function<void(const hw::StateTable&)>& visit) const override;

 private:
  hw::AcceleratorConfig config_;
};

}  // namespace faultline::engine
