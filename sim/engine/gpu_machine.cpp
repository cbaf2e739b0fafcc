#include "sim/engine/gpu_machine.h"

#include <chrono>

#include <fmt/format.h>

#include "sim/config/gpu_file.h"
#include "sim/config/user_error.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/gpu_cone.h"
#include "sim/engine/gpu_engine.h"
#include "sim/engine/machine_settings.h"
#include "sim/model/operand_width.h"

namespace faultline::engine {
namespace {

double share(uint64_t part, double whole) {
  return whole > 0 ? static_cast<double>(part) / whole : 0;
}

std::vector<GemmResult::Figure> figures_of(const hw::gpu::SmStatistics& statistics, const hw::gpu::SmConfig& config) {
  const auto cycles = static_cast<double>(statistics.cycles);
  return {{"instructions", statistics.instructions},
          {"ipc", share(statistics.instructions, cycles)},
          {"thread_instructions", statistics.thread_instructions},
          {"occupancy", share(statistics.resident_warp_cycles, cycles * config.warps)},
          {"bank_conflicts", statistics.shared_conflicts},
          {"register_bank_conflicts", statistics.register_conflicts},
          {"global_accesses", statistics.global_accesses},
          {"global_transactions", statistics.global_transactions},
          {"idle_issue_slots", statistics.idle_issue_slots}};
}

void require_engine(const std::string& engine) {
  if (engine != "functional" && engine != "cycle") {
    throw UserError("--engine", 0, fmt::format("engine '{}' does not exist for a GPU", engine),
                    "give functional or cycle");
  }
}

/// What is said about a GPU before it is built.
class GpuMachineSettings : public MachineSettings {
 public:
  explicit GpuMachineSettings(config::GpuSettings settings) : settings_(std::move(settings)) {}

  std::shared_ptr<const MachineSettings> with(const MachineOptions& options) const override {
    refuse(!options.array.empty(), "--array");
    refuse(!options.dataflow.empty(), "--dataflow");
    refuse(options.operand_bits.has_value(), "--operand-bits");
    refuse(!options.layer_multipliers.empty(), "--layer-multiplier");
    config::GpuSettings changed = settings_;
    if (!options.multiplier.empty()) {
      changed.multiplier = config::parse_multiplier(options.multiplier, "--multiplier");
    }
    return std::make_shared<GpuMachineSettings>(std::move(changed));
  }
  std::unique_ptr<Machine> build() const override { return std::make_unique<GpuMachine>(settings_.build()); }

 private:
  void refuse(bool given, const std::string& option) const {
    if (given) {
      throw UserError(option, 0, "does not apply to the GPU that " + settings_.source + " describes", "leave it out");
    }
  }

  config::GpuSettings settings_;
};

const ArchitectureRegistration kRegistration("gpu", [](const config::YamlValue& section) {
  return std::make_shared<const GpuMachineSettings>(config::read_gpu(section));
});

}  // namespace

std::string GpuMachine::description() const {
  return fmt::format("a multiprocessor of {} warps of {}, {} x {} lanes", config_.warps, config_.warp_size,
                     config_.partitions, config_.lanes);
}

Machine::Settings GpuMachine::settings() const {
  return config::effective_settings(config_);
}

Inference GpuMachine::inference(const std::string& engine, std::shared_ptr<const model::Network> network) const {
  require_engine(engine);
  model::require_8_bit_operands(*network, "the GPU");
  if (engine == "functional") {
    return functional_inference(std::move(network), config_.multiplier);
  }
  auto simulated = std::make_shared<GpuEngine>(std::move(network), config_);
  return [simulated](const model::Values& input) { return simulated->run(input); };
}

std::vector<const hw::Multiplier*> GpuMachine::all_multipliers() const {
  return {&config_.multiplier};
}

StruckMachine GpuMachine::struck(const std::string& engine, std::shared_ptr<const model::Network> network,
                                 const std::string& where) const {
  if (engine != "cycle" && !follows_faults(engine)) {
    throw UserError(where, 0, fmt::format("no engine '{}' that takes faults for a GPU", engine),
                    "use auto, cone or cycle");
  }
  model::require_8_bit_operands(*network, "the GPU");
  StruckMachine machine;
  machine.name = "cycle";
  auto simulated = std::make_unique<GpuEngine>(network, config_);
  if (follows_faults(engine)) {
    machine.name = "cone";
    machine.follower = std::make_unique<GpuCone>(*simulated, std::move(network), config_);
  }
  machine.engine = std::move(simulated);
  return machine;
}

GemmResult GpuMachine::gemm(const Gemm& gemm, const std::string& engine) const {
  require_engine(engine);
  const auto network = gemm_network(gemm);
  if (engine == "functional") {
    return timed_gemm(gemm, functional_inference(network, config_.multiplier));
  }
  auto simulated = std::make_shared<GpuEngine>(network, config_);
  GemmResult result = timed_gemm(gemm, [simulated](const model::Values& input) { return simulated->run(input); });
  result.figures = figures_of(simulated->platform().statistics(), config_);
  return result;
}

void GpuMachine::visit_state(const std::function<void(const hw::StateTable&)>& visit) const {
  const GpuPlatform platform(config_, {});
  visit(platform.state());
}

}  // namespace faultline::engine
