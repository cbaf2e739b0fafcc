#include "sim/engine/accelerator_engine.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "hw/protection/neuron_unit_kind.h"
#include "hw/protection/protected_memories.h"
#include "sim/engine/state_comparison.h"
#include "sim/mapping/network_compiler.h"

namespace faultline::engine {
namespace {

CycleCounts difference(const CycleCounts& after, const CycleCounts& before) {
  return {after.load - before.load, after.compute - before.compute, after.drain - before.drain,
          after.stall - before.stall};
}

}  // namespace

struct AcceleratorEngine::Implementation {
  Implementation(std::shared_ptr<const model::Network> source, const hw::AcceleratorConfig& configuration,
                 GridKind kind)
      : network(std::move(source)),
        config(configuration),
        compiled(mapping::compile(*network, config)),
        functional(network, LayerMultipliers(*network, config)),
        platform(config, kind),
        comparison(array_comparison(platform.state())),
        protected_memories(platform.state(), config.protection),
        output_buffer(platform.state().field_index("buffer.output[*]")),
        constants(compiled.constants()),
        constants_now(constants.size()) {
    for (const mapping::LayerProgram& layer : compiled.layers) {
      commands.push_back(layer.commands());
    }
    platform.write_memory(static_cast<uint64_t>(compiled.constants_begin), constants.data(), constants.size());
    platform.mark_memory_clean();
  }

  std::shared_ptr<const model::Network> network;
  hw::AcceleratorConfig config;
  mapping::CompiledNetwork compiled;
  FunctionalEngine functional;
  Platform platform;
  StateComparison comparison;
  hw::ProtectedMemories protected_memories;
  size_t output_buffer;  ///< its field
  std::vector<uint8_t> constants;
  std::vector<uint8_t> constants_now;                        ///< scratch
  std::vector<std::vector<hw::CommandDescriptor>> commands;  ///< by layer
};

AcceleratorEngine::AcceleratorEngine(std::shared_ptr<const model::Network> network, const hw::AcceleratorConfig& config,
                                     GridKind kind)
    : AcceleratorEngine(std::make_unique<Implementation>(std::move(network), config, kind)) {}

AcceleratorEngine::AcceleratorEngine(std::unique_ptr<Implementation> implementation)
    : SimulationEngine(implementation->network, implementation->functional),
      implementation_(std::move(implementation)) {}

AcceleratorEngine::~AcceleratorEngine() = default;

Platform& AcceleratorEngine::platform() {
  return implementation_->platform;
}

size_t AcceleratorEngine::layers() const {
  return implementation_->compiled.layers.size();
}

size_t AcceleratorEngine::layer_operator(size_t layer) const {
  return implementation_->compiled.layers[layer].operator_index;
}

size_t AcceleratorEngine::output_operator(size_t layer) const {
  return implementation_->compiled.layers[layer].output_operator;
}

/// No cycle depends on data, so the commands alone tell.
std::optional<uint64_t> AcceleratorEngine::unprotected_cycles() {
  Implementation& all = *implementation_;
  const auto protects = [](const mapping::LayerProgram& layer) { return layer.protection_use.neurons > 0; };
  if (std::none_of(all.compiled.layers.begin(), all.compiled.layers.end(), protects)) {
    return std::nullopt;
  }
  hw::AcceleratorConfig unprotected = all.config;
  unprotected.protection.neuron_unit.clear();
  all.platform.reset();
  for (const mapping::LayerProgram& layer : mapping::compile(*all.network, unprotected).layers) {
    all.platform.run(layer.commands(), std::numeric_limits<uint64_t>::max());
  }
  return all.platform.cycle();
}

void AcceleratorEngine::hand_over(size_t layer, const model::Values& input) {
  const mapping::LayerProgram& program = implementation_->compiled.layers[layer];
  const std::vector<uint8_t> bytes = mapping::to_dram(input, program.input);
  implementation_->platform.write_memory(static_cast<uint64_t>(program.memory.input), bytes.data(), bytes.size());
}

size_t AcceleratorEngine::items(size_t layer) const {
  return implementation_->commands[layer].size();
}

AcceleratorEngine::Status AcceleratorEngine::run_items(size_t layer, size_t first, uint64_t cycle_limit) {
  Platform& device = implementation_->platform;
  device.select_multiplier(implementation_->compiled.layers[layer].multiplier);
  return device.run(implementation_->commands[layer], cycle_limit, first);
}

size_t AcceleratorEngine::run_to_item(size_t layer, size_t first) {
  Platform& device = implementation_->platform;
  device.select_multiplier(implementation_->compiled.layers[layer].multiplier);
  return device.run_to_command(implementation_->commands[layer], first);
}

LayerCycles AcceleratorEngine::layer_cycles(size_t layer, const LayerStart& start) const {
  const hw::GridConfig& grid = implementation_->config.grid;
  const mapping::LayerProgram& program = implementation_->compiled.layers[layer];
  LayerCycles cycles;
  cycles.operator_index = program.operator_index;
  cycles.name = program.name;
  cycles.macs = program.macs;
  cycles.protection = program.protection_use;
  cycles.cycles = difference(implementation_->platform.counts(), start.counts);
  const uint64_t total = cycles.cycles.total();
  const double capacity = static_cast<double>(grid.rows) * grid.used_columns() * static_cast<double>(total);
  cycles.utilization = total > 0 ? static_cast<double>(program.macs) / capacity : 0;
  return cycles;
}

model::Values AcceleratorEngine::take_output(size_t layer) {
  const mapping::LayerProgram& program = implementation_->compiled.layers[layer];
  std::vector<uint8_t> output(static_cast<size_t>(program.memory.output_bytes));
  implementation_->platform.read_memory(static_cast<uint64_t>(program.memory.output), output.data(), output.size());
  return mapping::from_dram(output, program.output);
}

/// Everything that the layer reads is still in DRAM, its input included. The host counts too, so that a unit that is
/// stuck does not keep it.
bool AcceleratorEngine::repeats(size_t layer, int repeats_before) const {
  const int most = implementation_->config.protection.neuron_repeats.value_or(0);
  return repeats_before < most && implementation_->compiled.layers[layer].protection_use.neurons > 0 &&
         implementation_->platform.repeat_requested();
}

bool AcceleratorEngine::constants_intact() {
  Implementation& all = *implementation_;
  all.platform.read_memory(static_cast<uint64_t>(all.compiled.constants_begin), all.constants_now.data(),
                           all.constants_now.size());
  return all.constants_now == all.constants;
}

/// What protection units have reported makes no difference once they have raised a flag: the fault has shown.
bool AcceleratorEngine::state_equal(const std::vector<std::byte>& saved) const {
  const StateComparison& comparison = implementation_->comparison;
  return implementation_->platform.detection() ? comparison.equal_but_for_reports(saved) : comparison.equal(saved);
}

bool AcceleratorEngine::equal_for_later_layers(const std::vector<std::byte>& saved) {
  return implementation_->comparison.equal_for_later_layers(saved) && constants_intact();
}

bool AcceleratorEngine::flag_may_rise() const {
  return !implementation_->protected_memories.all_right();
}

bool AcceleratorEngine::flags_depend_on_data(size_t layer) const {
  const hw::NeuronUnitKind* unit = hw::find_neuron_unit_kind(implementation_->config.protection.neuron_unit);
  const auto& all = implementation_->compiled.layers;
  return unit != nullptr && unit->has_intervals() &&
         std::any_of(all.begin() + static_cast<std::ptrdiff_t>(layer), all.end(),
                     [](const mapping::LayerProgram& later) { return later.protection_use.neurons > 0; });
}

void AcceleratorEngine::watch_results(hw::ResultProbe* probe) {
  implementation_->platform.watch_results(probe);
}

Station AcceleratorEngine::struck_station(const hw::Fault& fault) const {
  return fault.site.field == implementation_->output_buffer ? Station::kOutputBuffer : Station::kNone;
}

}  // namespace faultline::engine
