#include "sim/engine/gpu_cone.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "sim/engine/gpu_lane_map.h"
#include "sim/engine/gpu_propagation.h"
#include "sim/engine/gpu_revaluation.h"
#include "sim/engine/gpu_strikes.h"
#include "sim/engine/gpu_stuck_products.h"
#include "sim/engine/incremental_inference.h"
#include "sim/model/classification.h"

namespace faultline::engine {

struct GpuCone::Implementation {
  Implementation(GpuEngine& machine, std::shared_ptr<const model::Network> source,
                 const hw::gpu::SmConfig& configuration)
      : engine(machine),
        network(std::move(source)),
        config(configuration),
        functional(network, config.multiplier),
        inference(network, functional),
        timing_fixed(!looks_up_from(0)),
        stuck_products(*network, engine.plan(), config, engine.platform().state()) {}

  void begin(const model::Values& input);
  /// Simulates the image without faults, if that has not been done, and keeps its trace where none can serve.
  void take_golden_run();
  /// True when the trace that is there can be turned into that of any image.
  bool can_revalue();
  /// The trace of this image: the last one's with the values of this one where that is possible.
  void take_trace();
  /// What a map of stuck products does; nothing where that is not known.
  std::optional<ConeRun> follow_map(const hw::Faults& faults);
  bool left_in_multipliers();
  /// What the faults do; nothing where that cannot be followed.
  std::optional<ConeRun> follow(const hw::Faults& faults);
  ConeRun simulate(const hw::Faults& faults, uint64_t cycle_limit);

  void keep(GpuTrace recorded);
  std::vector<GpuRevaluation::HostInput> host_inputs() const;
  bool layers_meet_only_in_tensors() const;
  size_t layer_of(uint64_t cycle) const;
  const gpu::LayerPlan& plan(size_t layer) const { return engine.plan().layers[layer]; }
  bool looks_up_from(size_t layer) const;
  void take_output(size_t layer);
  void hand_over_input(size_t layer);
  Station station_of(size_t layer) const;
  bool outputs_right() const;
  bool follow_to_the_end(size_t layer);
  bool follow_layer(size_t layer);

  GpuEngine& engine;
  std::shared_ptr<const model::Network> network;
  hw::gpu::SmConfig config;
  FunctionalEngine functional;
  IncrementalInference inference;

  bool timing_fixed;  ///< no cycle depends on data: every image has the cycles and lanes of the first
  GpuStuckProducts stuck_products;

  GoldenActivations activations;
  std::optional<GoldenRun> golden;  ///< of this image, once it was needed
  std::vector<LayerCycles> layers;  ///< of the golden run
  uint64_t total_cycles = 0;        ///< likewise
  std::optional<GpuLaneMap> lanes;
  std::unique_ptr<GpuTrace> trace;
  bool traced = false;  ///< the trace is that of this image
  std::optional<GpuRevaluation> revaluation;
  std::unique_ptr<GpuPropagation> propagation;
  std::unique_ptr<const GpuStrikes> strikes;
  std::vector<uint32_t> first_instruction;  ///< by layer, and the number of instructions
  bool usable = false;                      ///< what layers hand on to each other are the network's tensors
  AcceleratorRun simulated;
  Station later_station = Station::kNone;  ///< that a wrong value came to in layers after the struck one
};

void GpuCone::Implementation::begin(const model::Values& input) {
  golden.reset();
  traced = false;
  activations = inference.golden(input);
  inference.begin(activations);
  if (!timing_fixed || !lanes) {
    take_golden_run();
  }
}

void GpuCone::Implementation::take_golden_run() {
  if (golden) {
    return;
  }
  const model::Values& input = activations.tensors[static_cast<size_t>(network->graph_input)];
  if (traced || can_revalue()) {
    golden = engine.golden(input);
    return;
  }
  GpuPlatform& platform = engine.platform();
  GpuTrace::Recorder recorder(config, platform.state());
  platform.watch(&recorder);
  golden = engine.golden(input);
  platform.watch(nullptr);
  keep(recorder.finish());
}

/// The trace of the golden run, and what is made from it.
void GpuCone::Implementation::keep(GpuTrace recorded) {
  layers = golden->run.layers;
  total_cycles = golden->run.total_cycles;
  revaluation.reset();
  strikes.reset();
  propagation.reset();
  trace = std::make_unique<GpuTrace>(std::move(recorded));
  traced = true;
  propagation = std::make_unique<GpuPropagation>(*trace, config.multiplier, config.warp_size, config.lanes);
  strikes = std::make_unique<const GpuStrikes>(*trace, config, engine.platform().state());

  const auto& all = trace->instructions();
  first_instruction.clear();
  for (const LayerCycles& layer : layers) {
    const auto first = std::partition_point(all.begin(), all.end(), [&](const TracedInstruction& instruction) {
      return instruction.dispatched < layer.first_cycle;
    });
    first_instruction.push_back(static_cast<uint32_t>(first - all.begin()));
  }
  first_instruction.push_back(static_cast<uint32_t>(all.size()));
  usable = layers_meet_only_in_tensors();
  lanes.emplace(*trace, first_instruction, engine.plan(), config);
}

std::vector<GpuRevaluation::HostInput> GpuCone::Implementation::host_inputs() const {
  std::vector<GpuRevaluation::HostInput> inputs;
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    inputs.push_back({static_cast<TraceCycle>(layers[layer].first_cycle), plan(layer).input, plan(layer).input_bytes});
  }
  return inputs;
}

bool GpuCone::Implementation::can_revalue() {
  if (!timing_fixed || trace == nullptr || !usable) {
    return false;
  }
  if (!revaluation) {
    revaluation.emplace(*trace, config, config.multiplier, host_inputs());
  }
  return revaluation->possible();
}

void GpuCone::Implementation::take_trace() {
  if (traced) {
    return;
  }
  if (!can_revalue()) {
    take_golden_run();
    return;
  }
  std::vector<const int8_t*> inputs;
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    const auto input = static_cast<size_t>(network->operators[plan(layer).operator_index]->inputs.front());
    inputs.push_back(std::get<std::vector<int8_t>>(activations.tensors[input]).data());
  }
  revaluation->apply(*trace, inputs);
  traced = true;
}

/// Every byte of global memory that a layer reads it has written itself, or the host has: its input or a constant.
bool GpuCone::Implementation::layers_meet_only_in_tensors() const {
  const int64_t scratch_end =
      engine.plan().constants.empty() ? config.global_bytes : engine.plan().constants.front().address;
  for (const auto& [word, accesses] : trace->global()) {
    const int64_t address = int64_t{word} * 4;
    if (address >= scratch_end) {
      continue;
    }
    size_t layer = 0;
    uint32_t written = 0;
    for (const TraceAccess& access : accesses) {
      for (; access.instruction >= first_instruction[layer + 1]; ++layer) {
        written = 0;
      }
      const gpu::LayerPlan& reader = plan(layer);
      const bool handed_over = address >= reader.input && address < reader.input + reader.input_bytes;
      const uint32_t bytes = trace->bytes_of(trace->instructions()[access.instruction], access.lane);
      if (access.operand == TraceAccess::kWritten) {
        written |= bytes;
      } else if (!handed_over && (bytes & ~written) != 0) {
        return false;
      }
    }
  }
  return true;
}

/// The layer in whose cycles a cycle lies.
size_t GpuCone::Implementation::layer_of(uint64_t cycle) const {
  const auto after = std::partition_point(layers.begin(), layers.end(),
                                          [&](const LayerCycles& layer) { return layer.first_cycle <= cycle; });
  return static_cast<size_t>(after - layers.begin()) - 1;
}

bool GpuCone::Implementation::looks_up_from(size_t layer) const {
  const auto& all = engine.plan().layers;
  return std::any_of(all.begin() + static_cast<std::ptrdiff_t>(layer), all.end(),
                     [](const gpu::LayerPlan& later) { return later.looks_up; });
}

/// What of a layer's output is wrong in memory, as the host reads it.
void GpuCone::Implementation::take_output(size_t layer) {
  const gpu::LayerPlan& plan_of_layer = plan(layer);
  const auto output = static_cast<size_t>(network->operators[plan_of_layer.operator_index]->output);
  const model::Values& right = activations.tensors[output];
  for (const auto& [word, difference] : propagation->memory()) {
    for (int byte = 0; byte < 4; byte += plan_of_layer.raw ? 4 : 1) {
      const int64_t place = static_cast<int64_t>(word) * 4 + byte - plan_of_layer.output;
      const uint32_t wrong = plan_of_layer.raw ? difference : difference >> (8 * byte) & 0xff;
      if (wrong == 0 || place < 0 || place >= plan_of_layer.output_bytes) {
        continue;
      }
      if (plan_of_layer.raw) {
        const auto element = static_cast<size_t>(place / 4);
        const auto value = static_cast<uint32_t>(std::get<std::vector<int32_t>>(right)[element]) ^ wrong;
        inference.set_output(plan_of_layer.operator_index, element, static_cast<int32_t>(value));
      } else {
        const auto element = static_cast<size_t>(place);
        const auto value = static_cast<uint8_t>(std::get<std::vector<int8_t>>(right)[element]) ^ wrong;
        inference.set_output(plan_of_layer.operator_index, element, static_cast<int8_t>(value));
      }
    }
  }
}

/// The farthest station of the layer that has just been followed.
Station GpuCone::Implementation::station_of(size_t layer) const {
  const gpu::LayerPlan& followed = plan(layer);
  if (!inference.differences(network->operators[followed.operator_index]->output).empty()) {
    return Station::kStored;
  }
  const auto& memory = propagation->memory();
  const auto first = memory.lower_bound(static_cast<size_t>(followed.sums) / 4);
  const bool wrong_sum =
      first != memory.end() && static_cast<int64_t>(first->first) * 4 < followed.sums + followed.sums_bytes;
  return wrong_sum ? Station::kRequantisation : Station::kNone;
}

/// What of a layer's input differs, as the host writes it.
void GpuCone::Implementation::hand_over_input(size_t layer) {
  const gpu::LayerPlan& later = plan(layer);
  const model::TensorId input = network->operators[later.operator_index]->inputs.front();
  const auto& right = std::get<std::vector<int8_t>>(activations.tensors[static_cast<size_t>(input)]);
  const auto& now = std::get<std::vector<int8_t>>(inference.tensors()[static_cast<size_t>(input)]);
  std::map<size_t, uint32_t> words;
  for (const size_t element : inference.differences(input)) {
    const auto wrong = static_cast<uint8_t>(right[element] ^ now[element]);
    const size_t address = static_cast<size_t>(later.input) + element;
    words[address / 4] |= uint32_t{wrong} << (8 * (address & 3));
  }
  for (const auto& [word, difference] : words) {
    propagation->change_global(word, difference);
  }
}

bool GpuCone::Implementation::outputs_right() const {
  const auto right = [this](model::TensorId id) { return inference.differences(id).empty(); };
  return std::all_of(network->graph_outputs.begin(), network->graph_outputs.end(), right) &&
         right(model::logits_tensor(*network));
}

bool GpuCone::Implementation::follow_layer(size_t layer) {
  propagation->begin_layer(first_instruction[layer], first_instruction[layer + 1]);
  return propagation->follow();
}

/// The layers after a struck one, instruction by instruction: for what is left in the machine, and where something
/// other than the network's tensors reaches them.
bool GpuCone::Implementation::follow_to_the_end(size_t layer) {
  const bool leaks = propagation->reaches_later_layers();
  for (size_t later = layer + 1; later < engine.plan().layers.size(); ++later) {
    if (leaks) {
      inference.propagate(plan(later - 1).operator_index + 1, plan(later).operator_index);
    }
    propagation->begin_layer(first_instruction[later], first_instruction[later + 1]);
    hand_over_input(later);
    if (!propagation->follow()) {
      return false;
    }
    if (leaks) {
      take_output(later);
      later_station = std::max(later_station, station_of(later));
    } else if (propagation->residue() == GpuPropagation::Residue::kCertain) {
      return true;
    }
  }
  if (leaks) {
    inference.propagate(engine.plan().layers.back().operator_index + 1, network->operators.size());
  }
  return true;
}

std::optional<ConeRun> GpuCone::Implementation::follow(const hw::Faults& faults) {
  if (faults.size() != 1 || !usable) {
    return std::nullopt;
  }
  take_trace();
  inference.restore();
  propagation->clear();
  later_station = Station::kNone;
  const size_t layer = layer_of(faults.front().start);
  const uint64_t layer_end = layer + 1 < layers.size() ? layers[layer + 1].first_cycle : total_cycles;
  if (!strikes->strike(faults.front(), layer_end, *propagation) || !follow_layer(layer)) {
    return std::nullopt;
  }
  ConeRun run;
  run.total_cycles = total_cycles;
  take_output(layer);
  const size_t index = plan(layer).operator_index;
  run.farthest = station_of(layer);
  const bool stored = run.farthest == Station::kStored;
  if (stored && looks_up_from(layer + 1)) {
    return std::nullopt;  // addresses depend on what is wrong
  }
  const bool leaks = propagation->reaches_later_layers();
  if (!leaks) {
    inference.propagate(index + 1, network->operators.size());
  }
  const bool right = !leaks && outputs_right();
  if ((leaks || (right && stored && propagation->residue() != GpuPropagation::Residue::kCertain)) &&
      !follow_to_the_end(layer)) {
    return std::nullopt;
  }
  run.farthest = std::max(run.farthest, later_station);
  if (outputs_right()) {
    const GpuPropagation::Residue left = propagation->residue();
    if (left == GpuPropagation::Residue::kUnknown) {
      return std::nullopt;
    }
    run.latent = left == GpuPropagation::Residue::kCertain;
  }
  run.tensors = &inference.tensors();
  return run;
}

/// Every layer with the faults, on what the layers before have made of them. No product reaches an address or a
/// predicate where no layer looks codes up, so that nothing but values changes.
std::optional<ConeRun> GpuCone::Implementation::follow_map(const hw::Faults& faults) {
  if (!timing_fixed || !usable || !stuck_products.take(faults)) {
    return std::nullopt;
  }
  inference.restore();
  ConeRun run;
  run.total_cycles = total_cycles;
  run.tensors = &inference.tensors();
  size_t next = 0;
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    const size_t index = plan(layer).operator_index;
    inference.propagate(next, index);
    next = index;
    const auto input = static_cast<size_t>(network->operators[index]->inputs.front());
    if (plan(layer).macs > 0 &&
        stuck_products.strike(layer, std::get<std::vector<int8_t>>(inference.tensors()[input]), *lanes, inference)) {
      run.farthest = Station::kRequantisation;
    }
  }
  inference.propagate(next, network->operators.size());
  const bool stored = std::any_of(layers.begin(), layers.end(), [this](const LayerCycles& layer) {
    return !inference.differences(network->operators[layer.operator_index]->output).empty();
  });
  run.farthest = stored ? Station::kStored : run.farthest;
  if (outputs_right()) {
    if (!left_in_multipliers()) {
      return std::nullopt;
    }
    run.latent = true;
  }
  return run;
}

/// True when the product that some multiplier held last is certainly wrong at the end: its stuck bits, whatever the
/// operands, are not those of the fault-free run.
bool GpuCone::Implementation::left_in_multipliers() {
  take_golden_run();
  engine.platform().restore(*golden->end);
  const hw::StateTable& state = engine.platform().state();
  const size_t field = state.field_index("partition[*].mac_lane[*].partial[*]");
  const std::vector<StuckBits<uint16_t>>& multipliers = stuck_products.multipliers();
  const size_t in_partition = multipliers.size() / static_cast<size_t>(config.partitions);
  for (size_t element = 0; element < multipliers.size(); ++element) {
    const auto held = static_cast<uint16_t>(state.peek({field, element}));
    if (lanes->multiplies(element / in_partition) && multipliers[element].of(held) != held) {
      return true;
    }
  }
  return false;
}

ConeRun GpuCone::Implementation::simulate(const hw::Faults& faults, uint64_t cycle_limit) {
  take_golden_run();
  simulated = engine.run_with_faults(*golden, faults, cycle_limit);
  ConeRun run;
  run.status = simulated.status;
  run.tensors = &simulated.tensors;
  run.total_cycles = simulated.total_cycles;
  run.latent = simulated.latent;
  run.farthest = simulated.farthest;
  run.simulated = true;
  return run;
}

GpuCone::GpuCone(GpuEngine& engine, std::shared_ptr<const model::Network> network, const hw::gpu::SmConfig& config)
    : implementation_(std::make_unique<Implementation>(engine, std::move(network), config)) {}

GpuCone::~GpuCone() = default;

void GpuCone::begin(const model::Values& input) {
  implementation_->begin(input);
}

const std::vector<model::Values>& GpuCone::golden() const {
  return implementation_->activations.tensors;
}

uint64_t GpuCone::total_cycles() const {
  return implementation_->total_cycles;
}

const std::vector<LayerCycles>& GpuCone::layers() const {
  return implementation_->layers;
}

ConeRun GpuCone::run_with_faults(const hw::Faults& faults, uint64_t cycle_limit) {
  if (cycle_limit >= total_cycles()) {
    auto followed = implementation_->follow_map(faults);
    if (!followed) {
      followed = implementation_->follow(faults);
    }
    if (followed) {
      return *followed;
    }
  }
  return implementation_->simulate(faults, cycle_limit);
}

}  // namespace faultline::engine
