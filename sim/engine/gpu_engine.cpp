#include "sim/engine/gpu_engine.h"

#include <limits>
#include <stdexcept>
#include <utility>

#include "hw/common/invalid_configuration.h"
#include "sim/config/user_error.h"
#include "sim/engine/functional_engine.h"
#include "sim/gpu/kernel_library.h"
#include "sim/gpu/network_mapper.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();
constexpr int kMultipliersPerLane = 4;

template <typename Element>
model::Values read_elements(const GpuPlatform& platform, const gpu::LayerPlan& plan) {
  std::vector<Element> elements(static_cast<size_t>(plan.output_bytes) / sizeof(Element));
  platform.read_memory(static_cast<uint64_t>(plan.output), elements.data(), elements.size() * sizeof(Element));
  return elements;
}

std::unique_ptr<GpuPlatform> make_platform(const hw::gpu::SmConfig& config) {
  try {
    return std::make_unique<GpuPlatform>(config, gpu::kernel_library().words);
  } catch (const hw::InvalidConfiguration& error) {
    throw UserError("accelerator", 0, error.what(), "raise it in the accelerator file");
  }
}

}  // namespace

struct GpuEngine::Implementation {
  Implementation(std::shared_ptr<const model::Network> source, const hw::gpu::SmConfig& configuration)
      : network(std::move(source)),
        config(configuration),
        plan(gpu::map_network(*network, config, gpu::kernel_library())),
        functional(network, config.multiplier),
        platform(make_platform(config)) {
    for (const gpu::MemoryImage& image : plan.constants) {
      platform->write_memory(static_cast<uint64_t>(image.address), image.bytes.data(), image.bytes.size());
    }
    platform->mark_memory_clean();
  }

  AcceleratorRun run(const model::Values& input, const std::vector<hw::Fault>& faults, uint64_t cycle_limit);
  bool run_layer(const gpu::LayerPlan& layer, uint64_t cycle_limit, AcceleratorRun& result);
  void count(const gpu::LayerPlan& layer, uint64_t first_cycle, AcceleratorRun& result) const;

  std::shared_ptr<const model::Network> network;
  hw::gpu::SmConfig config;
  gpu::NetworkPlan plan;
  FunctionalEngine functional;
  std::unique_ptr<GpuPlatform> platform;
};

AcceleratorRun GpuEngine::Implementation::run(const model::Values& input, const std::vector<hw::Fault>& faults,
                                              uint64_t cycle_limit) {
  platform->reset();
  for (const hw::Fault& fault : faults) {
    platform->arm(fault);
  }
  AcceleratorRun result;
  result.tensors.resize(network->tensors.size());
  result.tensors[static_cast<size_t>(network->graph_input)] = input;
  size_t next = 0;
  for (const gpu::LayerPlan& layer : plan.layers) {
    for (; next < layer.operator_index; ++next) {
      functional.run_operator(next, result.tensors);
    }
    if (!run_layer(layer, cycle_limit, result)) {
      return result;
    }
    next = layer.operator_index + 1;
  }
  for (; next < network->operators.size(); ++next) {
    functional.run_operator(next, result.tensors);
  }
  return result;
}

/// False when the layer did not complete; result.status then says why.
bool GpuEngine::Implementation::run_layer(const gpu::LayerPlan& layer, uint64_t cycle_limit, AcceleratorRun& result) {
  const model::Operator& step = *network->operators[layer.operator_index];
  const auto& input = std::get<std::vector<int8_t>>(result.tensors[static_cast<size_t>(step.inputs.front())]);
  platform->write_memory(static_cast<uint64_t>(layer.input), input.data(), input.size());
  std::vector<hw::gpu::KernelLaunch> launches;
  for (const gpu::LayerLaunch& launch : layer.launches) {
    launches.push_back(launch.launch);
  }
  const uint64_t first_cycle = platform->cycle();
  result.status = platform->run(launches, cycle_limit);
  count(layer, first_cycle, result);
  if (result.status != Platform::Status::kCompleted) {
    return false;
  }
  result.tensors[static_cast<size_t>(step.output)] =
      layer.raw ? read_elements<int32_t>(*platform, layer) : read_elements<int8_t>(*platform, layer);
  return true;
}

void GpuEngine::Implementation::count(const gpu::LayerPlan& layer, uint64_t first_cycle, AcceleratorRun& result) const {
  LayerCycles cycles;
  cycles.operator_index = layer.operator_index;
  cycles.name = layer.name;
  cycles.macs = layer.macs;
  cycles.first_cycle = first_cycle;
  const std::vector<uint64_t>& spent = platform->launch_cycles();
  for (size_t i = 0; i < spent.size(); ++i) {
    const gpu::Phase phase = layer.launches[i].phase;
    uint64_t& counter = phase == gpu::Phase::kGather     ? cycles.cycles.load
                        : phase == gpu::Phase::kMultiply ? cycles.cycles.compute
                                                         : cycles.cycles.drain;
    counter += spent[i];
  }
  const uint64_t total = platform->cycle() - first_cycle;
  cycles.cycles.stall = total - cycles.cycles.total();
  const double multipliers = static_cast<double>(config.partitions) * config.lanes * kMultipliersPerLane;
  cycles.utilization = static_cast<double>(layer.macs) / (multipliers * static_cast<double>(total));
  result.layers.push_back(std::move(cycles));
  result.total_cycles = platform->cycle();
}

GpuEngine::GpuEngine(std::shared_ptr<const model::Network> network, const hw::gpu::SmConfig& config)
    : implementation_(std::make_unique<Implementation>(std::move(network), config)) {}

GpuEngine::~GpuEngine() = default;

AcceleratorRun GpuEngine::run(const model::Values& input) {
  AcceleratorRun result = implementation_->run(input, {}, kNoLimit);
  if (result.status != Platform::Status::kCompleted) {
    throw std::logic_error("layer " + result.layers.back().name + " trapped without a fault");
  }
  return result;
}

AcceleratorRun GpuEngine::run_with_faults(const model::Values& input, const std::vector<hw::Fault>& faults,
                                          uint64_t cycle_limit) {
  AcceleratorRun result = implementation_->run(input, faults, cycle_limit);
  implementation_->platform->disarm();
  return result;
}

GpuPlatform& GpuEngine::platform() {
  return *implementation_->platform;
}

}  // namespace faultline::engine
