#include "sim/engine/gpu_engine.h"

#include <algorithm>
#include <utility>

#include "hw/common/invalid_configuration.h"
#include "sim/config/user_error.h"
#include "sim/engine/state_comparison.h"
#include "sim/gpu/kernel_library.h"

namespace faultline::engine {
namespace {

constexpr int kMultipliersPerLane = 4;

template <typename Element>
model::Values read_elements(const GpuPlatform& platform, const gpu::LayerPlan& plan) {
  std::vector<Element> elements(static_cast<size_t>(plan.output_bytes) / sizeof(Element));
  platform.read_memory(static_cast<uint64_t>(plan.output), elements.data(), elements.size() * sizeof(Element));
  return elements;
}

}  // namespace

struct GpuEngine::Implementation {
  Implementation(std::shared_ptr<const model::Network> source, const hw::gpu::SmConfig& configuration)
      : network(std::move(source)),
        config(configuration),
        plan(gpu::map_network(*network, config, gpu::kernel_library())),
        functional(network, config.multiplier),
        platform(config, gpu::kernel_library().words),
        comparison(sm_comparison(platform.state())) {
    for (const gpu::MemoryImage& image : plan.constants) {
      platform.write_memory(static_cast<uint64_t>(image.address), image.bytes.data(), image.bytes.size());
    }
    platform.mark_memory_clean();
    for (const gpu::LayerPlan& layer : plan.layers) {
      std::vector<hw::gpu::KernelLaunch>& all = launches.emplace_back();
      std::transform(layer.launches.begin(), layer.launches.end(), std::back_inserter(all),
                     [](const gpu::LayerLaunch& launch) { return launch.launch; });
    }
  }

  std::shared_ptr<const model::Network> network;
  hw::gpu::SmConfig config;
  gpu::NetworkPlan plan;
  FunctionalEngine functional;
  GpuPlatform platform;
  StateComparison comparison;
  std::vector<std::vector<hw::gpu::KernelLaunch>> launches;  ///< by layer
};

GpuEngine::GpuEngine(std::shared_ptr<const model::Network> network, const hw::gpu::SmConfig& config) try
    : GpuEngine(std::make_unique<Implementation>(std::move(network), config)) {
} catch (const hw::InvalidConfiguration& error) {
  throw UserError("accelerator", 0, error.what(), "raise it in the accelerator file");
}

GpuEngine::GpuEngine(std::unique_ptr<Implementation> implementation)
    : SimulationEngine(implementation->network, implementation->functional),
      implementation_(std::move(implementation)) {}

GpuEngine::~GpuEngine() = default;

GpuPlatform& GpuEngine::platform() {
  return implementation_->platform;
}

const gpu::NetworkPlan& GpuEngine::plan() const {
  return implementation_->plan;
}

size_t GpuEngine::layers() const {
  return implementation_->plan.layers.size();
}

size_t GpuEngine::layer_operator(size_t layer) const {
  return implementation_->plan.layers[layer].operator_index;
}

void GpuEngine::hand_over(size_t layer, const model::Values& values) {
  // Whole words, as kernels read them: nothing of an earlier layer is left in the last one.
  std::vector<int8_t> input = std::get<std::vector<int8_t>>(values);
  input.resize((input.size() + 3) / 4 * 4);
  const auto address = static_cast<uint64_t>(implementation_->plan.layers[layer].input);
  implementation_->platform.write_memory(address, input.data(), input.size());
}

size_t GpuEngine::items(size_t layer) const {
  return implementation_->launches[layer].size();
}

/// Launches are not begun in the middle: `first` is 0.
GpuEngine::Status GpuEngine::run_items(size_t layer, size_t /*first*/, uint64_t cycle_limit) {
  return implementation_->platform.run(implementation_->launches[layer], cycle_limit);
}

model::Values GpuEngine::take_output(size_t index) {
  const GpuPlatform& device = implementation_->platform;
  const gpu::LayerPlan& layer = implementation_->plan.layers[index];
  return layer.raw ? read_elements<int32_t>(device, layer) : read_elements<int8_t>(device, layer);
}

LayerCycles GpuEngine::layer_cycles(size_t index, const LayerStart& start) const {
  const GpuPlatform& device = implementation_->platform;
  const gpu::LayerPlan& layer = implementation_->plan.layers[index];
  LayerCycles cycles;
  cycles.operator_index = layer.operator_index;
  cycles.name = layer.name;
  cycles.macs = layer.macs;
  const std::vector<uint64_t>& spent = device.launch_cycles();
  for (size_t i = 0; i < spent.size(); ++i) {
    const gpu::Phase phase = layer.launches[i].phase;
    uint64_t& counter = phase == gpu::Phase::kGather     ? cycles.cycles.load
                        : phase == gpu::Phase::kMultiply ? cycles.cycles.compute
                                                         : cycles.cycles.drain;
    counter += spent[i];
  }
  const uint64_t total = device.cycle() - start.cycle;
  cycles.cycles.stall = total - cycles.cycles.total();
  const hw::gpu::SmConfig& config = implementation_->config;
  const double multipliers = static_cast<double>(config.partitions) * config.lanes * kMultipliersPerLane;
  cycles.utilization = total > 0 ? static_cast<double>(layer.macs) / (multipliers * static_cast<double>(total)) : 0;
  return cycles;
}

bool GpuEngine::state_equal(const std::vector<std::byte>& saved) const {
  return implementation_->comparison.equal(saved);
}

bool GpuEngine::equal_for_later_layers(const std::vector<std::byte>& saved) {
  return implementation_->comparison.equal_for_later_layers(saved) && constants_intact();
}

bool GpuEngine::constants_intact() {
  const auto& images = implementation_->plan.constants;
  return std::all_of(images.begin(), images.end(), [this](const gpu::MemoryImage& image) {
    std::vector<uint8_t> now(image.bytes.size());
    implementation_->platform.read_memory(static_cast<uint64_t>(image.address), now.data(), now.size());
    return now == image.bytes;
  });
}

bool GpuEngine::timing_fixed_from(size_t layer) const {
  const auto& all = implementation_->plan.layers;
  return std::none_of(all.begin() + static_cast<std::ptrdiff_t>(layer), all.end(),
                      [](const gpu::LayerPlan& later) { return later.looks_up; });
}

/// The sums of a matrix product or of pooling windows, as its requantisation finds them.
std::vector<uint8_t> GpuEngine::sums_of(size_t layer) const {
  const gpu::LayerPlan& plan = implementation_->plan.layers[layer];
  std::vector<uint8_t> bytes(static_cast<size_t>(plan.sums_bytes));
  implementation_->platform.read_memory(static_cast<uint64_t>(plan.sums), bytes.data(), bytes.size());
  return bytes;
}

void GpuEngine::record_layer(size_t layer, GoldenRun& golden) {
  golden.sums.push_back(sums_of(layer));
}

Station GpuEngine::station_after(size_t layer, const GoldenRun& golden) {
  return sums_of(layer) == golden.sums[layer] ? Station::kNone : Station::kRequantisation;
}

}  // namespace faultline::engine
