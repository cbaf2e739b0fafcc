#include "sim/engine/accelerator_engine.h"

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include "hw/protection/protected_memories.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/state_comparison.h"
#include "sim/mapping/network_compiler.h"
#include "sim/model/classification.h"

namespace faultline::engine {
namespace {

CycleCounts difference(const CycleCounts& after, const CycleCounts& before) {
  return {after.load - before.load, after.compute - before.compute, after.drain - before.drain,
          after.stall - before.stall};
}

/// For every position in the list of operators: the tensors made before it that it or a later one reads, or that leave
/// the network.
std::vector<std::vector<size_t>> live_tensors(const model::Network& network) {
  std::set<size_t> live;
  for (const model::TensorId id : network.graph_outputs) {
    live.insert(static_cast<size_t>(id));
  }
  live.insert(static_cast<size_t>(model::logits_tensor(network)));
  std::vector<std::vector<size_t>> all(network.operators.size() + 1);
  all.back().assign(live.begin(), live.end());
  for (size_t index = network.operators.size(); index-- > 0;) {
    live.erase(static_cast<size_t>(network.operators[index]->output));
    for (const model::TensorId id : network.operators[index]->inputs) {
      live.insert(static_cast<size_t>(id));
    }
    all[index].assign(live.begin(), live.end());
  }
  return all;
}

constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

/// Shows a probe the results of a platform as long as it lives.
class ResultWatch {
 public:
  ResultWatch(Platform& platform, hw::ResultProbe* probe) : platform_(platform) { platform.watch_results(probe); }
  ~ResultWatch() { platform_.watch_results(nullptr); }
  ResultWatch(const ResultWatch&) = delete;
  ResultWatch& operator=(const ResultWatch&) = delete;

 private:
  Platform& platform_;
};

}  // namespace

struct AcceleratorEngine::Implementation {
  Implementation(std::shared_ptr<const model::Network> source, const hw::AcceleratorConfig& configuration,
                 GridKind kind)
      : network(std::move(source)),
        config(configuration),
        compiled(mapping::compile(*network, config)),
        functional(network, LayerMultipliers(*network, config)),
        platform(config, kind),
        comparison(platform.state()),
        protected_memories(platform.state(), config.protection),
        output_buffer(platform.state().field_index("buffer.output[*]")),
        live(live_tensors(*network)),
        constants(compiled.constants()),
        constants_now(constants.size()) {
    for (const mapping::LayerProgram& layer : compiled.layers) {
      commands.push_back(layer.commands());
    }
    platform.write_dram(static_cast<uint64_t>(compiled.constants_begin), constants.data(), constants.size());
    platform.mark_dram_clean();
  }

  AcceleratorRun run(const model::Values& input, GoldenRun* record);
  AcceleratorRun run_with_faults(const GoldenRun& golden, const std::vector<hw::Fault>& faults, uint64_t cycle_limit);

  void simulate_with_faults(const GoldenRun& golden, size_t first_layer, uint64_t cycle_limit,
                            ResultComparison& results, AcceleratorRun& result);
  size_t layer_of(uint64_t cycle, uint64_t cycle_limit, const AcceleratorRun& golden) const;
  bool output_equal(size_t layer, const AcceleratorRun& a, const AcceleratorRun& b) const;
  AcceleratorRun start(const model::Values& input) const;
  void run_host_operators(size_t first, size_t end, AcceleratorRun& result) const;
  bool run_layer(size_t layer, uint64_t cycle_limit, AcceleratorRun& result);
  size_t operator_of(size_t layer) const {
    return layer < compiled.layers.size() ? compiled.layers[layer].operator_index : network->operators.size();
  }
  size_t operator_after(size_t layer) const { return layer == 0 ? 0 : compiled.layers[layer - 1].output_operator + 1; }
  /// The tensor that a layer stores.
  size_t output_of(size_t layer) const {
    return static_cast<size_t>(network->operators[compiled.layers[layer].output_operator]->output);
  }

  bool tensors_equal(size_t operator_index, const AcceleratorRun& a, const AcceleratorRun& b) const;
  bool constants_intact();
  bool state_equal(const std::vector<std::byte>& saved) const;
  bool finish_early(size_t layer, const GoldenRun& golden, uint64_t cycle_limit, bool& outputs_known_equal,
                    AcceleratorRun& result);
  void take_golden_cycles(size_t layer, const GoldenRun& golden, AcceleratorRun& result) const;

  std::shared_ptr<const model::Network> network;
  hw::AcceleratorConfig config;
  mapping::CompiledNetwork compiled;
  FunctionalEngine functional;
  Platform platform;
  StateComparison comparison;
  hw::ProtectedMemories protected_memories;
  size_t output_buffer;  ///< its field
  std::vector<std::vector<size_t>> live;
  std::vector<uint8_t> constants;
  std::vector<uint8_t> constants_now;                        ///< scratch
  std::vector<std::vector<hw::CommandDescriptor>> commands;  ///< by layer
};

AcceleratorRun AcceleratorEngine::Implementation::start(const model::Values& input) const {
  AcceleratorRun result;
  result.tensors.resize(network->tensors.size());
  result.tensors[static_cast<size_t>(network->graph_input)] = input;
  return result;
}

void AcceleratorEngine::Implementation::run_host_operators(size_t first, size_t end, AcceleratorRun& result) const {
  for (size_t index = first; index < end; ++index) {
    functional.run_operator(index, result.tensors);
  }
}

/// False when the layer did not complete; result.status then says why.
bool AcceleratorEngine::Implementation::run_layer(size_t layer, uint64_t cycle_limit, AcceleratorRun& result) {
  const mapping::LayerProgram& program = compiled.layers[layer];
  const model::Operator& step = *network->operators[program.operator_index];
  const std::vector<uint8_t> input =
      mapping::to_dram(result.tensors[static_cast<size_t>(step.inputs.front())], program.input);
  platform.write_dram(static_cast<uint64_t>(program.memory.input), input.data(), input.size());

  LayerCycles cycles;
  cycles.operator_index = program.operator_index;
  cycles.name = program.name;
  cycles.macs = program.macs;
  cycles.protection = program.protection_use;
  cycles.first_cycle = platform.cycle();
  const CycleCounts before = platform.counts();
  platform.select_multiplier(program.multiplier);
  result.status = platform.run(commands[layer], cycle_limit);
  cycles.cycles = difference(platform.counts(), before);
  const uint64_t total = cycles.cycles.total();
  const double capacity = static_cast<double>(config.grid.rows) * config.grid.columns * static_cast<double>(total);
  cycles.utilization = total > 0 ? static_cast<double>(program.macs) / capacity : 0;
  result.layers.push_back(cycles);
  result.total_cycles = platform.cycle();
  if (result.status != Platform::Status::kCompleted) {
    return false;
  }
  std::vector<uint8_t> output(static_cast<size_t>(program.memory.output_bytes));
  platform.read_dram(static_cast<uint64_t>(program.memory.output), output.data(), output.size());
  result.tensors[output_of(layer)] = mapping::from_dram(output, program.output);
  return true;
}

AcceleratorRun AcceleratorEngine::Implementation::run(const model::Values& input, GoldenRun* record) {
  platform.reset();
  AcceleratorRun result = start(input);
  ResultRecord results;
  ResultRecorder recorder(results);
  const ResultWatch watch(platform, record != nullptr ? &recorder : nullptr);
  for (size_t layer = 0; layer < compiled.layers.size(); ++layer) {
    run_host_operators(operator_after(layer), operator_of(layer), result);
    if (record != nullptr) {
      record->layer_start.push_back(platform.snapshot());
      recorder.begin_layer();
    }
    if (!run_layer(layer, kNoLimit, result)) {
      throw std::logic_error("layer " + compiled.layers[layer].name + " trapped without a fault");
    }
    if (record != nullptr) {
      recorder.end_layer();
    }
  }
  run_host_operators(operator_after(compiled.layers.size()), network->operators.size(), result);
  if (record != nullptr) {
    record->end = platform.snapshot();
    record->results = std::move(results);
  }
  return result;
}

bool AcceleratorEngine::Implementation::tensors_equal(size_t operator_index, const AcceleratorRun& a,
                                                      const AcceleratorRun& b) const {
  const std::vector<size_t>& ids = live[operator_index];
  return std::all_of(ids.begin(), ids.end(), [&](size_t id) { return a.tensors[id] == b.tensors[id]; });
}

bool AcceleratorEngine::Implementation::constants_intact() {
  platform.read_dram(static_cast<uint64_t>(compiled.constants_begin), constants_now.data(), constants_now.size());
  return constants_now == constants;
}

/// The accelerator behaves as the one that was saved. What protection units have reported makes no difference once they
/// have raised a flag: the fault has shown.
bool AcceleratorEngine::Implementation::state_equal(const std::vector<std::byte>& saved) const {
  return platform.detection() ? comparison.equal_but_for_reports(saved) : comparison.equal(saved);
}

/// Cycles of the layers from `layer` on, which take as long as in the golden run.
void AcceleratorEngine::Implementation::take_golden_cycles(size_t layer, const GoldenRun& golden,
                                                           AcceleratorRun& result) const {
  const uint64_t here = platform.cycle();
  const uint64_t there = golden.run.layers[layer].first_cycle;
  for (size_t later = layer; later < golden.run.layers.size(); ++later) {
    LayerCycles cycles = golden.run.layers[later];
    cycles.first_cycle = cycles.first_cycle - there + here;
    result.layers.push_back(std::move(cycles));
  }
  result.total_cycles = golden.run.total_cycles - there + here;
}

/// At the start of a layer: completes the run without simulating when its end is known for certain.
///
/// Beyond this point no fault acts. What a layer does depends on its program, on its input, on the constants in DRAM
/// and on what it finds in the accelerator; how long it takes does not depend on data at all: the controller counts,
/// the DMA moves fixed numbers of beats, and neither looks at a value. Other parts of DRAM are written before they are
/// read: the host writes each layer's input, and each layer stores its whole output. So:
/// - If everything equals the golden run, so does the rest of the run, wherever its cycles are counted from.
/// - If the live tensors differ but nothing else that a layer reads does, the results are those of a fault-free
///   inference from these tensors, which FunctionalEngine gives. The accelerator's state at the end is not known then.
///   It matters only when all outputs are right (is the fault latent?); in that case the simulation goes on. So it does
///   while a protected memory holds a word that would raise a flag: an idle lane may still read it.
bool AcceleratorEngine::Implementation::finish_early(size_t layer, const GoldenRun& golden, uint64_t cycle_limit,
                                                     bool& outputs_known_equal, AcceleratorRun& result) {
  if (platform.faults_pending()) {
    return false;
  }
  const uint64_t cycles_left = golden.run.total_cycles - golden.run.layers[layer].first_cycle;
  if (platform.cycle() + cycles_left > cycle_limit) {
    return false;
  }
  const std::vector<std::byte>& saved = Platform::state_of(*golden.layer_start[layer]);
  if (!comparison.equal_for_later_layers(saved) || !constants_intact()) {
    return false;
  }
  const size_t next = operator_of(layer);
  if (tensors_equal(next, result, golden.run)) {
    if (!state_equal(saved)) {
      return false;
    }
    for (size_t index = next; index < network->operators.size(); ++index) {
      const auto output = static_cast<size_t>(network->operators[index]->output);
      result.tensors[output] = golden.run.tensors[output];
    }
    take_golden_cycles(layer, golden, result);
    return true;
  }
  if (outputs_known_equal || !protected_memories.all_right()) {
    return false;
  }
  std::vector<model::Values> tensors = result.tensors;
  functional.run_from(next, tensors);
  AcceleratorRun finished;
  finished.tensors = std::move(tensors);
  if (tensors_equal(network->operators.size(), finished, golden.run)) {
    outputs_known_equal = true;
    return false;
  }
  result.tensors = std::move(finished.tensors);
  take_golden_cycles(layer, golden, result);
  return true;
}

/// The last layer that begins no later than both.
size_t AcceleratorEngine::Implementation::layer_of(uint64_t cycle, uint64_t cycle_limit,
                                                   const AcceleratorRun& golden) const {
  size_t layer = 0;
  while (layer + 1 < compiled.layers.size() && golden.layers[layer + 1].first_cycle <= cycle &&
         golden.layers[layer + 1].first_cycle < cycle_limit) {
    ++layer;
  }
  return layer;
}

bool AcceleratorEngine::Implementation::output_equal(size_t layer, const AcceleratorRun& a,
                                                     const AcceleratorRun& b) const {
  return a.tensors[output_of(layer)] == b.tensors[output_of(layer)];
}

/// From the start of a layer to the end of the run or to where the rest is known.
void AcceleratorEngine::Implementation::simulate_with_faults(const GoldenRun& golden, size_t first_layer,
                                                             uint64_t cycle_limit, ResultComparison& results,
                                                             AcceleratorRun& result) {
  const ResultWatch watch(platform, &results);
  bool outputs_known_equal = false;
  for (size_t layer = first_layer; layer < compiled.layers.size(); ++layer) {
    run_host_operators(operator_after(layer), operator_of(layer), result);
    results.begin_layer(layer);
    if ((layer > first_layer && finish_early(layer, golden, cycle_limit, outputs_known_equal, result)) ||
        !run_layer(layer, cycle_limit, result)) {
      return;
    }
    results.end_layer();
    if (!output_equal(layer, result, golden.run)) {
      results.reach(Station::kStored);
    }
  }
  run_host_operators(operator_after(compiled.layers.size()), network->operators.size(), result);
  result.latent = tensors_equal(network->operators.size(), result, golden.run) && !platform.detection() &&
                  !(comparison.equal(Platform::state_of(*golden.end)) && constants_intact());
}

AcceleratorRun AcceleratorEngine::Implementation::run_with_faults(const GoldenRun& golden,
                                                                  const std::vector<hw::Fault>& faults,
                                                                  uint64_t cycle_limit) {
  ResultComparison results(golden.results);
  uint64_t first_fault = kNoLimit;
  for (const hw::Fault& fault : faults) {
    first_fault = std::min(first_fault, fault.start);
    if (fault.site.field == output_buffer) {
      results.reach(Station::kOutputBuffer);
    }
  }
  const size_t first_layer = layer_of(first_fault, cycle_limit, golden.run);
  AcceleratorRun result = start(golden.run.tensors[static_cast<size_t>(network->graph_input)]);
  if (compiled.layers.empty()) {
    platform.reset();
  } else {
    platform.restore(*golden.layer_start[first_layer]);
    for (size_t index = 0; index < operator_after(first_layer); ++index) {
      const auto output = static_cast<size_t>(network->operators[index]->output);
      result.tensors[output] = golden.run.tensors[output];
    }
    result.layers.assign(golden.run.layers.begin(),
                         golden.run.layers.begin() + static_cast<std::ptrdiff_t>(first_layer));
  }
  for (const hw::Fault& fault : faults) {
    platform.arm(fault);
  }
  simulate_with_faults(golden, first_layer, cycle_limit, results, result);
  platform.disarm();
  result.detection = platform.detection();
  result.farthest = results.farthest();
  return result;
}

AcceleratorEngine::AcceleratorEngine(std::shared_ptr<const model::Network> network, const hw::AcceleratorConfig& config,
                                     GridKind kind)
    : implementation_(std::make_unique<Implementation>(std::move(network), config, kind)) {}

AcceleratorEngine::~AcceleratorEngine() = default;

AcceleratorRun AcceleratorEngine::run(const model::Values& input) {
  return implementation_->run(input, nullptr);
}

GoldenRun AcceleratorEngine::golden(const model::Values& input) {
  GoldenRun golden;
  golden.run = implementation_->run(input, &golden);
  return golden;
}

AcceleratorRun AcceleratorEngine::run_with_faults(const GoldenRun& golden, const std::vector<hw::Fault>& faults,
                                                  uint64_t cycle_limit) {
  return implementation_->run_with_faults(golden, faults, cycle_limit);
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
    all.platform.run(layer.commands(), kNoLimit);
  }
  return all.platform.cycle();
}

Platform& AcceleratorEngine::platform() {
  return implementation_->platform;
}

const model::Network& AcceleratorEngine::network() const {
  return *implementation_->network;
}

}  // namespace faultline::engine
