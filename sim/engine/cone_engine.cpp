#include "sim/engine/cone_engine.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "hw/protection/protected_memories.h"
#include "sim/engine/compute_view.h"
#include "sim/engine/end_difference.h"
#include "sim/engine/end_of_run.h"
#include "sim/engine/fault_cone.h"
#include "sim/engine/fault_map_cone.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/incremental_inference.h"
#include "sim/engine/network_schedule.h"
#include "sim/engine/struck_inputs.h"
#include "sim/mapping/activations.h"
#include "sim/model/classification.h"

namespace faultline::engine {
namespace {

std::vector<std::unique_ptr<ComputeView>> make_views(const NetworkSchedule& schedule, const LayerInputs& inputs) {
  std::vector<std::unique_ptr<ComputeView>> views;
  const ComputeView* previous = nullptr;
  for (const ScheduledCommand& command : schedule.commands()) {
    const bool computes = command.opcode == hw::Opcode::kCompute;
    views.push_back(computes ? std::make_unique<ComputeView>(schedule, command, previous, inputs) : nullptr);
    previous = computes ? views.back().get() : previous;
  }
  return views;
}

/// The first cycle from `from` on in which the fault changes what it strikes, or kNever.
uint64_t next_action(const hw::Fault& fault, bool wire, uint64_t from) {
  if (from <= fault.start) {
    return fault.start;
  }
  const uint64_t since = fault.period > 0 ? (from - fault.start) % fault.period : from - fault.start;
  const bool once = fault.model == hw::FaultModel::kFlip && !wire;
  if (once ? since == 0 : fault.duration == 0 || since < fault.duration) {
    return from;
  }
  return fault.period > 0 ? from + fault.period - since : kNever;
}

constexpr const char* kParameters = "post_processing.parameter[*]";

/// True where the accelerator gives 0 outside bounds of channels and some layer does not say so, having none of its
/// own: it would not say either what becomes of a code when the widest bounds, which stand in its entries, are struck.
bool bounds_are_unsaid(const model::Network& network, const hw::AcceleratorConfig& config) {
  const auto unsaid = [](const auto& step) {
    const auto* matrix = dynamic_cast<const model::MatrixOperator*>(step.get());
    const auto* pooling = dynamic_cast<const model::PoolingOperator*>(step.get());
    const model::PostProcessing* post = matrix != nullptr    ? &matrix->post
                                        : pooling != nullptr ? &pooling->post
                                                             : nullptr;
    return post != nullptr && !post->raw() && !post->zero_outside;
  };
  return config.protection.channel_bounds && config.protection.channel_bounds->zeroes &&
         std::any_of(network.operators.begin(), network.operators.end(), unsaid);
}

}  // namespace

struct ConeEngine::Implementation {
  Implementation(AcceleratorEngine& simulated, std::shared_ptr<const model::Network> source,
                 const hw::AcceleratorConfig& configuration)
      : engine(simulated),
        network(std::move(source)),
        config(configuration),
        compiled(mapping::compile(*network, config)),
        functional(network, LayerMultipliers(*network, config)),
        incremental(network, functional),
        timeline(engine, compiled),
        schedule(compiled, timeline, config),
        views(make_views(schedule, inputs.now())),
        end(schedule, views),
        effect(*network, schedule, end, incremental),
        context{schedule, views, end, inputs.now(), effect},
        map(*network, schedule, views, engine.platform().state()),
        end_difference(*network, schedule, end, effect, incremental, map, inputs) {
    const hw::StateTable& table = engine.platform().state();
    const hw::ProtectedMemories memories(table, config.protection);
    for (size_t field = 0; field < table.fields().size(); ++field) {
      const hw::StateField& described = table.fields()[field];
      // A code would find what is wrong in the memory that it protects; anything else is written with right check bits.
      const bool unfollowed = described.kind == hw::StateKind::kEnvironment || memories.contain(field) ||
                              (described.path == kParameters && bounds_are_unsaid(*network, config));
      Cone cone = unfollowed ? Cone() : cone_of(described, config.grid);
      cones.push_back(cone && config.protection.checksum ? beside_checksums(std::move(cone), described.path) : cone);
    }
    for (size_t layer = 0; layer < schedule.layers(); ++layer) {
      incremental.watch_sums(schedule.layer(layer).operator_index, end.sums(layer));
    }
    for (const model::TensorId id : network->graph_outputs) {
      outputs.push_back(static_cast<size_t>(id));
    }
    outputs.push_back(static_cast<size_t>(model::logits_tensor(*network)));
    output_buffer = engine.platform().state().field_index("buffer.output[*]");
  }

  void begin(const model::Values& input);
  ConeRun run(const hw::Faults& faults, uint64_t cycle_limit);
  void take_golden_run();
  ConeRun simulate(const hw::Faults& faults, uint64_t cycle_limit);
  bool follow(const std::vector<hw::Fault>& faults);
  bool follow_lasting(const std::vector<hw::Fault>& faults);
  ConeRun run_map(const hw::Faults& faults, uint64_t cycle_limit);
  ConeRun result(const std::vector<hw::Fault>& faults);
  bool repeat(const std::vector<hw::Fault>& faults) const;
  std::optional<uint64_t> strike_layer(const hw::Fault& fault, size_t layer, std::optional<uint64_t> stay);
  void finish_layer(size_t layer);
  void take_inputs(size_t layer);
  void restore();
  Station farthest(const std::vector<hw::Fault>& faults) const;
  bool outputs_equal() const;
  bool stored_wrong() const;
  bool left_in_struck_registers();

  bool is_wire(const hw::Fault& fault) const {
    return engine.platform().state().fields()[fault.site.field].kind == hw::StateKind::kWire;
  }
  /// The cycles of a layer's commands, [first, second); the last one's to the end of the run.
  std::pair<uint64_t, uint64_t> cycles_of(size_t layer) const {
    const auto first = [&](size_t which) {
      return which == 0 ? 0 : schedule.commands()[schedule.end_of_layer(which - 1)].first_cycle;
    };
    return {first(layer), layer + 1 < schedule.layers() ? first(layer + 1) : schedule.total_cycles()};
  }
  const model::Operator& step(size_t layer) const { return *network->operators[schedule.layer(layer).operator_index]; }

  AcceleratorEngine& engine;
  std::shared_ptr<const model::Network> network;
  const hw::AcceleratorConfig config;
  const mapping::CompiledNetwork compiled;
  FunctionalEngine functional;
  IncrementalInference incremental;
  StruckInputs inputs;
  CommandTimeline timeline;
  NetworkSchedule schedule;
  std::vector<std::unique_ptr<ComputeView>> views;
  EndOfRun end;
  ConeEffect effect;
  ConeContext context;
  FaultMapCone map;
  EndDifference end_difference;
  std::vector<Cone> cones;  ///< by field
  std::vector<size_t> outputs;
  size_t output_buffer;  ///< its field

  GoldenActivations golden;
  size_t next_operator = 0;        ///< that differences have not been propagated to
  bool comparable = true;          ///< the golden outputs equal themselves: they hold no NaN
  std::optional<GoldenRun> whole;  ///< of this image, once it was needed
  AcceleratorRun last;
};

void ConeEngine::Implementation::begin(const model::Values& input) {
  golden = incremental.golden(input);
  incremental.begin(golden);
  whole.reset();
  end_difference.begin(golden);
  std::vector<std::vector<uint8_t>> golden_inputs;
  for (size_t layer = 0; layer < schedule.layers(); ++layer) {
    const auto tensor = static_cast<size_t>(step(layer).inputs.front());
    golden_inputs.push_back(mapping::to_dram(golden.tensors[tensor], schedule.layer(layer).input));
  }
  inputs.begin(std::move(golden_inputs));
  comparable =
      std::all_of(outputs.begin(), outputs.end(), [&](size_t id) { return golden.tensors[id] == golden.tensors[id]; });
}

void ConeEngine::Implementation::take_golden_run() {
  if (!whole) {
    whole = engine.golden(golden.tensors[static_cast<size_t>(network->graph_input)]);
  }
}

ConeRun ConeEngine::Implementation::simulate(const hw::Faults& faults, uint64_t cycle_limit) {
  take_golden_run();
  last = engine.run_with_faults(*whole, faults, cycle_limit);
  ConeRun run;
  run.status = last.status;
  run.tensors = &last.tensors;
  run.total_cycles = last.total_cycles;
  run.latent = last.latent;
  run.simulated = true;
  run.farthest = last.farthest;
  run.detection = last.detection;
  return run;
}

/// What the faults do to the sums and outputs of the layers that they strike; false when that is not known.
bool ConeEngine::Implementation::follow(const std::vector<hw::Fault>& faults) {
  if (std::any_of(faults.begin(), faults.end(), [&](const hw::Fault& fault) { return !cones[fault.site.field]; })) {
    return false;
  }
  if (faults.empty()) {
    return true;
  }
  const hw::Fault& fault = faults.front();
  context.armed = &fault;
  if (faults.size() > 1 || is_wire(fault) || fault.model != hw::FaultModel::kFlip || fault.period != 0) {
    return repeat(faults) && follow_lasting(faults);
  }
  cones[fault.site.field].strike(context, fault);
  effect.settle_checks();
  if (effect.layer() < schedule.layers()) {
    next_operator = schedule.layer(effect.layer()).operator_index;
  }
  return effect.known();
}

/// True when faults that act in many cycles, or together, are no more than their strikes.
bool ConeEngine::Implementation::repeat(const std::vector<hw::Fault>& faults) const {
  int enabling = 0;
  for (const hw::Fault& fault : faults) {
    const Cone& cone = cones[fault.site.field];
    const bool flips_again = fault.model == hw::FaultModel::kFlip && fault.period != 0 && !is_wire(fault);
    const auto same_site = [&](const hw::Fault& other) { return &other != &fault && other.site == fault.site; };
    if (!cone.repeats || (flips_again && cone.holds) || std::any_of(faults.begin(), faults.end(), same_site)) {
      return false;
    }
    enabling += cone.enables ? 1 : 0;
  }
  return enabling < 2;  // two operands that become valid may meet outside the stream
}

/// Layer by layer, because a layer that has been struck changes what the next ones compute with.
bool ConeEngine::Implementation::follow_lasting(const std::vector<hw::Fault>& faults) {
  std::vector<std::optional<uint64_t>> stays(faults.size());  // the words that were struck last
  std::vector<std::optional<uint64_t>> struck_last(faults.size());
  for (size_t layer = 0; layer < schedule.layers() && effect.known(); ++layer) {
    const auto [begin, end_cycle] = cycles_of(layer);
    std::vector<size_t> acting;
    for (size_t i = 0; i < faults.size(); ++i) {
      if (next_action(faults[i], is_wire(faults[i]), begin) < end_cycle) {
        acting.push_back(i);
      }
    }
    if (acting.empty()) {
      continue;
    }
    take_inputs(layer);
    for (const auto part : {ConeEffect::Part::kSums, ConeEffect::Part::kOutputs}) {
      if (part == ConeEffect::Part::kOutputs) {
        effect.settle_checks();
        finish_layer(layer);
      }
      for (const size_t i : acting) {
        effect.begin_part(layer, part, i, faults.size() > 1);
        const ConeEffect::Part changed = cones[faults[i].site.field].part;
        if (changed == ConeEffect::Part::kAll || changed == part) {
          struck_last[i] = strike_layer(faults[i], layer, stays[i]);
        }
      }
    }
    stays = struck_last;
  }
  return effect.known();
}

/// The strikes of one fault in the cycles of a layer. Gives the word that was struck last; `stay` before.
std::optional<uint64_t> ConeEngine::Implementation::strike_layer(const hw::Fault& fault, size_t layer,
                                                                 std::optional<uint64_t> stay) {
  const Cone& cone = cones[fault.site.field];
  const bool inputs_changed = !incremental.differences(step(layer).inputs.front()).empty();
  if (inputs_changed && cone.stay && config.grid.dataflow == hw::Dataflow::kInputStationary &&
      end.last_compute != nullptr && end.last_compute->command().layer == layer) {
    effect.doubt_end();  // the array may hold right values of wrong inputs
  }
  const bool wire = is_wire(fault);
  const uint64_t end_cycle = cycles_of(layer).second;
  context.armed = &fault;
  hw::Fault once = fault;
  uint64_t from = cycles_of(layer).first;
  for (once.start = next_action(fault, wire, from); once.start < end_cycle && effect.known();
       once.start = next_action(fault, wire, from)) {
    from = once.start + 1;
    if (cone.stay) {
      const HeldWord word = cone.stay(context, once);
      from = std::max(from, std::min(word.until, end_cycle));
      if (stay == word.number) {
        continue;
      }
      stay = word.number;
    }
    cone.strike(context, once);
  }
  return stay;
}

/// Propagates differences through a layer that has been struck.
void ConeEngine::Implementation::finish_layer(size_t layer) {
  const size_t after = schedule.layer(layer).operator_index + 1;
  if (effect.layer() < schedule.layers()) {
    incremental.propagate(std::max(next_operator, schedule.layer(effect.layer()).operator_index), after);
  }
  next_operator = after;
}

/// Propagates differences up to a layer and makes its present input the one that cones see.
void ConeEngine::Implementation::take_inputs(size_t layer) {
  if (effect.layer() == schedule.layers()) {
    return;
  }
  const size_t first = std::max(next_operator, schedule.layer(effect.layer()).operator_index);
  next_operator = schedule.layer(layer).operator_index;
  incremental.propagate(first, next_operator);
  const model::TensorId input = step(layer).inputs.front();
  if (!incremental.differences(input).empty()) {
    inputs.set(layer, mapping::to_dram(incremental.tensors()[static_cast<size_t>(input)], schedule.layer(layer).input));
  }
}

void ConeEngine::Implementation::restore() {
  incremental.restore();
  effect.clear();
  inputs.restore();
  next_operator = 0;
}

bool ConeEngine::Implementation::outputs_equal() const {
  return std::all_of(outputs.begin(), outputs.end(),
                     [&](size_t id) { return incremental.differences(static_cast<model::TensorId>(id)).empty(); });
}

bool ConeEngine::Implementation::stored_wrong() const {
  for (size_t layer = 0; layer < schedule.layers(); ++layer) {
    if (!incremental.differences(step(layer).output).empty()) {
      return true;
    }
  }
  return false;
}

Station ConeEngine::Implementation::farthest(const std::vector<hw::Fault>& faults) const {
  if (stored_wrong()) {
    return Station::kStored;
  }
  const bool in_output_buffer = std::any_of(faults.begin(), faults.end(),
                                            [&](const hw::Fault& fault) { return fault.site.field == output_buffer; });
  return in_output_buffer ? Station::kOutputBuffer : incremental.farthest();
}

/// With everything else as in the golden run: true when stuck-ats change what registers hold at the end.
bool ConeEngine::Implementation::left_in_struck_registers() {
  if (effect.at_end().empty()) {
    return false;
  }
  take_golden_run();
  engine.platform().restore(*whole->end);
  return std::any_of(effect.at_end().begin(), effect.at_end().end(), [&](const hw::Fault& fault) {
    const uint64_t held = engine.platform().state().peek(fault.site);
    return struck(fault, held) != held;
  });
}

/// Several permanent faults of the array: every layer with the faults, on what the layers before have made of them.
ConeRun ConeEngine::Implementation::run_map(const hw::Faults& faults, uint64_t cycle_limit) {
  for (size_t layer = 0; layer < schedule.layers(); ++layer) {
    take_inputs(layer);
    const auto input = static_cast<size_t>(step(layer).inputs.front());
    map.strike(layer, incremental.tensors()[input], effect);
  }
  ConeRun run = result(faults);
  if (outputs_equal()) {
    const std::optional<bool> latent = end_difference.left_behind_by_map();
    if (!latent) {
      return simulate(faults, cycle_limit);
    }
    run.latent = *latent;
  }
  return run;
}

/// The inference as the effects of the faults leave it, but for the latent flag.
ConeRun ConeEngine::Implementation::result(const std::vector<hw::Fault>& faults) {
  if (effect.layer() < schedule.layers()) {
    incremental.propagate(next_operator, network->operators.size());
  }
  ConeRun run;
  run.total_cycles = schedule.total_cycles();
  run.tensors = &incremental.tensors();
  run.farthest = farthest(faults);
  return run;
}

ConeRun ConeEngine::Implementation::run(const hw::Faults& all_faults, uint64_t cycle_limit) {
  restore();
  const bool answers = cycle_limit >= schedule.total_cycles() && comparable;
  // What a map does to sums is not known vector by vector.
  const bool may_be_map = all_faults.size() > 1 && !config.protection.checksum;
  if (answers && may_be_map && map.take(all_faults)) {
    return run_map(all_faults, cycle_limit);
  }
  std::vector<hw::Fault> faults = all_faults;
  const auto never = [&](const hw::Fault& fault) { return fault.start > schedule.last_cycle(); };
  faults.erase(std::remove_if(faults.begin(), faults.end(), never), faults.end());
  if (!answers || !follow(faults)) {
    return simulate(all_faults, cycle_limit);
  }
  ConeRun run = result(all_faults);
  run.detection = effect.detection();
  if (!outputs_equal()) {
    return run;
  }
  // What a unit has seen is not latent.
  const bool unsure_of_end = !run.detection && effect.end_doubted() && !effect.residue();
  if (unsure_of_end || (effect.trace_doubted() && !stored_wrong())) {
    return simulate(all_faults, cycle_limit);
  }
  run.latent = !run.detection && (end_difference.left_behind() || left_in_struck_registers());
  return run;
}

ConeEngine::ConeEngine(AcceleratorEngine& engine, std::shared_ptr<const model::Network> network,
                       const hw::AcceleratorConfig& config)
    : implementation_(std::make_unique<Implementation>(engine, std::move(network), config)) {}

ConeEngine::~ConeEngine() = default;

void ConeEngine::begin(const model::Values& input) {
  implementation_->begin(input);
}

const std::vector<model::Values>& ConeEngine::golden() const {
  return implementation_->golden.tensors;
}

uint64_t ConeEngine::total_cycles() const {
  return implementation_->schedule.total_cycles();
}

const std::vector<LayerCycles>& ConeEngine::layers() const {
  return implementation_->timeline.layers();
}

bool ConeEngine::follows(size_t field) const {
  return static_cast<bool>(implementation_->cones[field]);
}

ConeRun ConeEngine::run_with_faults(const hw::Faults& faults, uint64_t cycle_limit) {
  return implementation_->run(faults, cycle_limit);
}

}  // namespace faultline::engine
