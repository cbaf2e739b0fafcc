#pragma once

#include "hw/gpu/sm_config.h"
#include "sim/engine/machine.h"

namespace faultline::engine {

/// A GPU of one streaming multiprocessor. Its engines are "functional" and "cycle".
class GpuMachine : public Machine {
 public:
  explicit GpuMachine(const hw::gpu::SmConfig& config) : config_(config) {}

  const hw::gpu::SmConfig& config() const { return config_; }

  std::string description() const override;
  const hw::Multiplier& multiplier() const override { return config_.multiplier; }
  const hw::Multiplier& layer_multiplier(const std::string& /*layer*/) const override { return config_.multiplier; }
  std::vector<const hw::Multiplier*> all_multipliers() const override;
  LayerMultipliers multipliers(const model::Network& /*network*/) const override { return config_.multiplier; }
  Settings settings() const override;
  Inference inference(const std::string& engine, std::shared_ptr<const model::Network> network) const override;
  StruckMachine struck(const std::string& engine, std::shared_ptr<const model::Network> network,
                       const std::string& where) const override;
  GemmResult gemm(const Gemm& gemm, const std::string& engine) const override;
  void visit_state(const std::function<void(const hw::StateTable&)>& visit) const override;

 private:
  hw::gpu::SmConfig config_;
};

}  // namespace faultline::engine
