#include "sim/engine/inference_engine.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/engine/functional_engine.h"

namespace faultline::engine {
namespace {

using NetworkPointer = std::shared_ptr<const model::Network>;
using Maker = std::function<Inference(NetworkPointer, const hw::AcceleratorConfig&)>;

Inference make_functional(NetworkPointer network, const hw::AcceleratorConfig& config) {
  return functional_inference(network, LayerMultipliers(*network, config));
}

Maker make_simulated(GridKind kind) {
  return [kind](NetworkPointer network, const hw::AcceleratorConfig& config) {
    auto engine = std::make_shared<AcceleratorEngine>(std::move(network), config, kind);
    return [engine, unprotected = engine->unprotected_cycles()](const model::Values& input) {
      AcceleratorRun run = engine->run(input);
      run.unprotected_cycles = unprotected;
      return run;
    };
  };
}

const std::map<std::string, Maker>& makers() {
  static const std::map<std::string, Maker> kMakers = {
      {"functional", make_functional},
      {"cycle", make_simulated(GridKind::kCycle)},
      {"structural", make_simulated(GridKind::kStructural)},
      {"rtl", make_simulated(GridKind::kRtl)},
      {"rtl_grid", make_simulated(GridKind::kRtlGrid)},
  };
  return kMakers;
}

}  // namespace

Inference functional_inference(NetworkPointer network, const LayerMultipliers& multipliers) {
  auto engine = std::make_shared<const FunctionalEngine>(std::move(network), multipliers);
  return [engine](const model::Values& input) {
    AcceleratorRun run;
    run.tensors = engine->run(input);
    return run;
  };
}

std::vector<std::string> engine_names() {
  std::vector<std::string> names;
  for (const auto& entry : makers()) {
    names.push_back(entry.first);
  }
  return names;
}

Inference make_inference(const std::string& engine, NetworkPointer network, const hw::AcceleratorConfig& config) {
  const auto maker = makers().find(engine);
  if (maker == makers().end()) {
    throw UserError("--engine", 0, fmt::format("engine '{}' is unknown", engine),
                    fmt::format("give one of {}", fmt::join(engine_names(), ", ")));
  }
  return maker->second(std::move(network), config);
}

}  // namespace faultline::engine
