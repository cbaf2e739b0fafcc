#include "sim/engine/systolic_machine.h"

#include <fmt/format.h>

#include "sim/config/accelerator_file.h"
#include "sim/engine/platform.h"

namespace faultline::engine {

std::string SystolicMachine::description() const {
  return fmt::format("{}x{} {}", config_.grid.rows, config_.grid.columns, hw::to_string(config_.grid.dataflow));
}

Machine::Settings SystolicMachine::settings() const {
  return config::effective_settings(config_);
}

Inference SystolicMachine::inference(const std::string& engine, std::shared_ptr<const model::Network> network) const {
  return make_inference(engine, std::move(network), config_);
}

GemmResult SystolicMachine::gemm(const Gemm& gemm, const std::string& engine) const {
  config::refuse_layer_multipliers(config_, "gemm");
  return run_gemm(gemm, config_, engine);
}

void SystolicMachine::visit_state(const std::function<void(const hw::StateTable&)>& visit) const {
  const Platform platform(config_, GridKind::kCycle);
  visit(platform.state());
}

}  // namespace faultline::engine
