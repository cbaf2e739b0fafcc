#include "sim/engine/systolic_machine.h"

#include <fmt/format.h>

#include "sim/config/accelerator_file.h"
#include "sim/config/user_error.h"
#include "sim/engine/cone_engine.h"
#include "sim/engine/machine_settings.h"
#include "sim/engine/platform.h"

namespace faultline::engine {
namespace {

/// The grid that simulates for an engine that takes faults.
GridKind grid_kind(const std::string& engine, const std::string& where) {
  if (follows_faults(engine)) {
    return GridKind::kCycle;
  }
  for (const GridKind kind : {GridKind::kCycle, GridKind::kStructural, GridKind::kRtl, GridKind::kRtlGrid}) {
    if (engine == grid_name(kind)) {
      return kind;
    }
  }
  throw UserError(where, 0, "no engine '" + engine + "' that takes faults",
                  "use auto, cone, cycle, structural, rtl or rtl_grid");
}

/// What is said about a systolic accelerator before it is built.
class SystolicSettings : public MachineSettings {
 public:
  explicit SystolicSettings(config::AcceleratorSettings settings) : settings_(std::move(settings)) {}

  std::shared_ptr<const MachineSettings> with(const MachineOptions& options) const override {
    return std::make_shared<SystolicSettings>(options.over(settings_));
  }
  std::unique_ptr<Machine> build() const override { return std::make_unique<SystolicMachine>(settings_.build()); }

 private:
  config::AcceleratorSettings settings_;
};

const ArchitectureRegistration kRegistration("systolic", [](const config::YamlValue& section) {
  return std::make_shared<const SystolicSettings>(config::read_accelerator(section));
});

}  // namespace

std::string SystolicMachine::description() const {
  return fmt::format("{}x{} {}", config_.grid.rows, config_.grid.used_columns(), hw::to_string(config_.grid.dataflow));
}

std::vector<const hw::Multiplier*> SystolicMachine::all_multipliers() const {
  const hw::GridConfig& grid = config_.grid;
  std::vector<const hw::Multiplier*> all = {&grid.multiplier};
  for (const hw::Multiplier& alternative : grid.alternatives) {
    all.push_back(&alternative);
  }
  for (const hw::MultiplierRegion& region : grid.regions) {
    all.push_back(&region.multiplier);
  }
  return all;
}

Machine::Settings SystolicMachine::settings() const {
  return config::effective_settings(config_);
}

Inference SystolicMachine::inference(const std::string& engine, std::shared_ptr<const model::Network> network) const {
  return make_inference(engine, std::move(network), config_);
}

StruckMachine SystolicMachine::struck(const std::string& engine, std::shared_ptr<const model::Network> network,
                                      const std::string& where) const {
  StruckMachine machine;
  const GridKind kind = grid_kind(engine, where);
  auto simulated = std::make_unique<AcceleratorEngine>(network, config_, kind);
  machine.name = grid_name(kind);
  if (follows_faults(engine)) {
    machine.name = "cone";
    machine.follower = std::make_unique<ConeEngine>(*simulated, std::move(network), config_);
  }
  machine.engine = std::move(simulated);
  return machine;
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
