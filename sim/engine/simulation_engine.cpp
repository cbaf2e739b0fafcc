#include "sim/engine/simulation_engine.h"

#include <algorithm>
#include <limits>
#include <set>
#include <stdexcept>
#include <utility>

#include "sim/model/classification.h"

namespace faultline::engine {
namespace {

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

}  // namespace

/// Shows a probe the results of a machine as long as it lives.
class SimulationEngine::ResultWatch {
 public:
  ResultWatch(SimulationEngine& engine, hw::ResultProbe* probe) : engine_(engine) { engine.watch_results(probe); }
  ~ResultWatch() { engine_.watch_results(nullptr); }
  ResultWatch(const ResultWatch&) = delete;
  ResultWatch& operator=(const ResultWatch&) = delete;

 private:
  SimulationEngine& engine_;
};

SimulationEngine::SimulationEngine(std::shared_ptr<const model::Network> network, const FunctionalEngine& functional)
    : network_(std::move(network)), functional_(functional), live_(live_tensors(*network_)) {}

size_t SimulationEngine::operator_of(size_t layer) const {
  return layer < layers() ? layer_operator(layer) : network_->operators.size();
}

AcceleratorRun SimulationEngine::start(const model::Values& input) const {
  AcceleratorRun result;
  result.tensors.resize(network_->tensors.size());
  result.tensors[static_cast<size_t>(network_->graph_input)] = input;
  return result;
}

void SimulationEngine::run_host_operators(size_t first, size_t end, AcceleratorRun& result) const {
  for (size_t index = first; index < end; ++index) {
    functional_.run_operator(index, result.tensors);
  }
}

void SimulationEngine::run_all_items(size_t layer) {
  if (run_items(layer, 0, kNoLimit) != Status::kCompleted) {
    throw std::logic_error("layer " + std::to_string(layer) + " trapped without a fault");
  }
}

size_t SimulationEngine::run_to_item(size_t layer, size_t /*first*/) {
  run_all_items(layer);
  return items(layer);
}

/// Hands the layer's input over.
SimulationEngine::LayerStart SimulationEngine::begin_layer(size_t layer, const AcceleratorRun& result) {
  const model::Operator& step = *network_->operators[operator_of(layer)];
  hand_over(layer, result.tensors[static_cast<size_t>(step.inputs.front())]);
  return {platform().cycle(), platform().counts()};
}

/// Runs a layer without a fault, keeping states between its items.
void SimulationEngine::record_entries(size_t layer, const ResultHashes& results, GoldenEntries& entries) {
  const uint64_t begin = platform().cycle();
  for (size_t item = run_to_item(layer, 0); item < items(layer); item = run_to_item(layer, item)) {
    if (entries.wants(platform().cycle(), begin)) {
      entries.add({layer, item, platform().snapshot(), results.progress()});
    }
  }
}

/// After a layer that ended as result.status says: adds to layers and total_cycles, and takes the output of one that
/// completed.
void SimulationEngine::end_layer(size_t layer, const LayerStart& start, AcceleratorRun& result) {
  result.layers.push_back(layer_cycles(layer, start));
  result.layers.back().first_cycle = start.cycle;
  result.total_cycles = platform().cycle();
  if (result.status == Status::kCompleted) {
    const auto output = static_cast<size_t>(network_->operators[output_operator(layer)]->output);
    result.tensors[output] = take_output(layer);
  }
}

AcceleratorRun SimulationEngine::run(const model::Values& input, GoldenRun* record) {
  platform().reset();
  AcceleratorRun result = start(input);
  ResultRecord results;
  ResultRecorder recorder(results);
  const ResultWatch watch(*this, record != nullptr ? &recorder : nullptr);
  for (size_t layer = 0; layer < layers(); ++layer) {
    if (record != nullptr) {
      record->layer_start.push_back(platform().snapshot());
      recorder.begin_layer();
    }
    run_host_operators(operator_after(layer), operator_of(layer), result);
    const LayerStart start = begin_layer(layer, result);
    if (record != nullptr) {
      record_entries(layer, recorder, record->entries);
    } else {
      run_all_items(layer);
    }
    end_layer(layer, start, result);
    if (record != nullptr) {
      recorder.end_layer();
      record_layer(layer, *record);
    }
  }
  run_host_operators(operator_after(layers()), network_->operators.size(), result);
  result.detection = platform().detection();
  if (record != nullptr) {
    record->end = platform().snapshot();
    record->results = std::move(results);
  }
  return result;
}

bool SimulationEngine::tensors_equal(size_t operator_index, const AcceleratorRun& a, const AcceleratorRun& b) const {
  const std::vector<size_t>& ids = live_[operator_index];
  return std::all_of(ids.begin(), ids.end(), [&](size_t id) { return a.tensors[id] == b.tensors[id]; });
}

/// Cycles of the layers from `layer` on, which take as long as in the golden run.
void SimulationEngine::take_golden_cycles(size_t layer, const GoldenRun& golden, AcceleratorRun& result) {
  const uint64_t here = platform().cycle();
  const uint64_t there = golden.run.layers[layer].first_cycle;
  for (size_t later = layer; later < golden.run.layers.size(); ++later) {
    LayerCycles cycles = golden.run.layers[later];
    cycles.first_cycle = cycles.first_cycle - there + here;
    result.layers.push_back(std::move(cycles));
  }
  result.total_cycles = golden.run.total_cycles - there + here;
}

/// With the golden run's state at the start of a layer: what units say from here on adds nothing to what they have
/// said.
bool SimulationEngine::nothing_more_to_say(size_t layer, const GoldenRun& golden) {
  const std::optional<hw::DetectionRecord>& last = golden.run.detection;
  if (!last) {
    return true;
  }
  const std::optional<hw::DetectionRecord>& now = platform().detection();
  return golden.layer_start[layer]->detection == last && now && (now->alarm || !last->alarm) &&
         (!now->corrected || last->corrected);
}

/// At the start of a layer: completes the run without simulating when its end is known for certain.
///
/// Beyond this point no fault acts. What a layer does depends on its program, on its input, on the constants in memory
/// and on what it finds in the machine; how long it takes does not depend on data where timing_fixed_from() says so: a
/// systolic array's controller counts, its DMA moves fixed numbers of beats, and neither looks at a value; a GPU's
/// kernels branch on no data. Other parts of memory are written before they are read: the host writes each layer's
/// input, and each layer stores its whole output. So:
/// - If everything equals the golden run, so does the rest of the run, wherever its cycles are counted from.
/// - If the live tensors differ but nothing else that a layer reads does, the results are those of a fault-free
///   inference from these tensors, which FunctionalEngine gives. The machine's state at the end is not known then.
///   It matters only when all outputs are right (is the fault latent?); in that case, if `latent` asks for it, the
///   simulation goes on. So it does while a protected memory holds a word that would raise a flag: an idle lane may
///   still read it. And so it does where a unit raises flags for data that no fault has struck.
bool SimulationEngine::finish_early(size_t layer, const GoldenRun& golden, uint64_t cycle_limit, Latent latent,
                                    bool& outputs_known_equal, AcceleratorRun& result) {
  if (platform().faults_pending()) {
    return false;
  }
  const uint64_t cycles_left = golden.run.total_cycles - golden.run.layers[layer].first_cycle;
  if (platform().cycle() + cycles_left > cycle_limit) {
    return false;
  }
  const std::vector<std::byte>& saved = golden.layer_start[layer]->state;
  if (!equal_for_later_layers(saved)) {
    return false;
  }
  const size_t next = operator_of(layer);
  if (tensors_equal(next, result, golden.run)) {
    if (!state_equal(saved) || !nothing_more_to_say(layer, golden)) {
      return false;
    }
    for (size_t index = next; index < network_->operators.size(); ++index) {
      const auto output = static_cast<size_t>(network_->operators[index]->output);
      result.tensors[output] = golden.run.tensors[output];
    }
    take_golden_cycles(layer, golden, result);
    return true;
  }
  if (outputs_known_equal || flag_may_rise() || flags_depend_on_data(layer) || !timing_fixed_from(layer)) {
    return false;
  }
  std::vector<model::Values> tensors = result.tensors;
  functional_.run_from(next, tensors);
  AcceleratorRun finished;
  finished.tensors = std::move(tensors);
  if (latent == Latent::kFind && tensors_equal(network_->operators.size(), finished, golden.run)) {
    outputs_known_equal = true;
    return false;
  }
  result.tensors = std::move(finished.tensors);
  take_golden_cycles(layer, golden, result);
  return true;
}

/// The last state of the golden run that begins no later than both; a layer's start when there are layers.
GoldenEntry SimulationEngine::last_state_before(uint64_t cycle, uint64_t cycle_limit, const GoldenRun& golden) const {
  const uint64_t latest = std::min(cycle, cycle_limit - 1);
  const auto& starts = golden.layer_start;
  const auto after = std::upper_bound(starts.begin(), starts.end(), latest,
                                      [](uint64_t when, const auto& start) { return when < start->cycle; });
  const auto layer = static_cast<size_t>(std::max<std::ptrdiff_t>(after - starts.begin(), 1) - 1);
  const GoldenEntry* inside = golden.entries.last_before(layer, latest);
  if (inside != nullptr) {
    return *inside;
  }
  return {layer, 0, layer < starts.size() ? starts[layer] : nullptr, {}};
}

bool SimulationEngine::output_equal(size_t layer, const AcceleratorRun& a, const AcceleratorRun& b) const {
  const auto output = static_cast<size_t>(network_->operators[output_operator(layer)]->output);
  return a.tensors[output] == b.tensors[output];
}

/// From a state of the golden run to the end of the run or to where the rest is known.
void SimulationEngine::simulate_with_faults(const GoldenRun& golden, const GoldenEntry& from, uint64_t cycle_limit,
                                            Latent latent, ResultComparison& results, AcceleratorRun& result) {
  const ResultWatch watch(*this, &results);
  bool outputs_known_equal = false;
  for (size_t layer = from.layer; layer < layers(); ++layer) {
    run_host_operators(operator_after(layer), operator_of(layer), result);
    if (layer > from.layer && finish_early(layer, golden, cycle_limit, latent, outputs_known_equal, result)) {
      return;
    }
    const GoldenEntry& entry = layer == from.layer ? from : GoldenEntry{layer, 0, nullptr, {}};
    const LayerStart start = entry.item > 0
                                 ? LayerStart{golden.layer_start[layer]->cycle, golden.layer_start[layer]->counts}
                                 : begin_layer(layer, result);
    results.begin_layer(layer, entry.results);
    result.status = run_items(layer, entry.item, cycle_limit);
    for (int repeat = 0; result.status == Status::kCompleted && repeats(layer, repeat); ++repeat) {
      results.repeat_layer();
      result.status = run_items(layer, 0, cycle_limit);
    }
    end_layer(layer, start, result);
    if (result.status != Status::kCompleted) {
      return;
    }
    results.end_layer();
    results.reach(station_after(layer, golden));
    if (!output_equal(layer, result, golden.run)) {
      results.reach(Station::kStored);
    }
  }
  run_host_operators(operator_after(layers()), network_->operators.size(), result);
  result.latent = latent == Latent::kFind && tensors_equal(network_->operators.size(), result, golden.run) &&
                  !platform().detection() && !(state_equal(golden.end->state) && constants_intact());
}

AcceleratorRun SimulationEngine::run_with_faults(const GoldenRun& golden, const std::vector<hw::Fault>& faults,
                                                 uint64_t cycle_limit, Latent latent) {
  ResultComparison results(golden.results);
  uint64_t first_fault = kNoLimit;
  for (const hw::Fault& fault : faults) {
    first_fault = std::min(first_fault, fault.start);
    results.reach(struck_station(fault));
  }
  const GoldenEntry from = last_state_before(first_fault, cycle_limit, golden);
  AcceleratorRun result = start(golden.run.tensors[static_cast<size_t>(network_->graph_input)]);
  if (layers() == 0) {
    platform().reset();
  } else {
    platform().restore(*from.state);
    for (size_t index = 0; index < operator_after(from.layer); ++index) {
      const auto output = static_cast<size_t>(network_->operators[index]->output);
      result.tensors[output] = golden.run.tensors[output];
    }
    result.layers.assign(golden.run.layers.begin(),
                         golden.run.layers.begin() + static_cast<std::ptrdiff_t>(from.layer));
  }
  for (const hw::Fault& fault : faults) {
    platform().arm(fault);
  }
  simulate_with_faults(golden, from, cycle_limit, latent, results, result);
  platform().disarm();
  result.detection = platform().detection();
  result.farthest = results.farthest();
  return result;
}

AcceleratorRun SimulationEngine::run(const model::Values& input) {
  return run(input, nullptr);
}

GoldenRun SimulationEngine::golden(const model::Values& input) {
  GoldenRun golden;
  golden.run = run(input, &golden);
  return golden;
}

}  // namespace faultline::engine
