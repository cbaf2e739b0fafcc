#include "sim/campaign/injection_story.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <type_traits>

#include <fmt/format.h>

#include "sim/campaign/accelerator_target.h"
#include "sim/campaign/attribution.h"
#include "sim/inject/fault_text.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;

/// What comparing structure by structure may read: a few seconds' worth.
constexpr uint64_t kMostWatchedBytes = uint64_t{8} << 30;

/// Faults that the text lists one by one.
constexpr size_t kMostListedFaults = 20;

/// Elements that differ; all of them when one side is missing.
size_t count_differences(const model::Values& golden, const model::Values& faulty) {
  return std::visit(
      [](const auto& a, const auto& b) -> size_t {
        using A = std::decay_t<decltype(a)>;
        using B = std::decay_t<decltype(b)>;
        if constexpr (std::is_same_v<A, B>) {
          if (a.size() == b.size()) {
            size_t count = 0;
            for (size_t i = 0; i < a.size(); ++i) {
              count += a[i] == b[i] ? 0 : 1;
            }
            return count;
          }
        }
        return a.size();
      },
      golden, faulty);
}

size_t element_count(const model::Values& values) {
  return std::visit([](const auto& elements) { return elements.size(); }, values);
}

std::vector<AffectedOperator> affected_operators(const model::Network& network, const engine::AcceleratorRun& golden,
                                                 const engine::AcceleratorRun& faulty) {
  std::vector<AffectedOperator> affected;
  for (size_t i = 0; i < network.operators.size(); ++i) {
    const model::Operator& step = *network.operators[i];
    const auto output = static_cast<size_t>(step.output);
    if (output >= faulty.tensors.size() || element_count(faulty.tensors[output]) == 0) {
      continue;  // the run ended before
    }
    const size_t differing = count_differences(golden.tensors[output], faulty.tensors[output]);
    if (differing > 0) {
      affected.push_back({i, step.name, step.kind, differing, element_count(golden.tensors[output])});
    }
  }
  return affected;
}

/// The first operator after the last affected one that reads its output: there the difference vanished.
std::string swallowing_operator(const model::Network& network, const AffectedOperator& last) {
  const model::TensorId tensor = network.operators[last.index]->output;
  for (size_t i = last.index + 1; i < network.operators.size(); ++i) {
    const auto& inputs = network.operators[i]->inputs;
    if (std::find(inputs.begin(), inputs.end(), tensor) != inputs.end()) {
      return fmt::format("{} '{}'", network.operators[i]->kind, network.operators[i]->name);
    }
  }
  return "an output that nothing reads";
}

/// What swallowed a difference that came to a station and no further; nullptr where that is for the structures to say.
const char* swallowed_at(engine::Station station) {
  switch (station) {
    case engine::Station::kPooling:
      return "pooling: the windows gave the same";
    case engine::Station::kRequantisation:
      return "requantisation: rounded away";
    case engine::Station::kClamp:
      return "the activation function: both values give the same";
    case engine::Station::kOutputBuffer:
      return "the output buffer: overwritten before it was stored";
    case engine::Station::kNone:
    case engine::Station::kStored:
      break;
  }
  return nullptr;
}

/// The structure that differed last.
std::string last_structure(const InjectionStory& story) {
  if (story.reached.empty()) {
    return fmt::format("{}: no wrong value was stored", story.struck.front().path);
  }
  const auto last = std::max_element(story.reached.begin(), story.reached.end(),
                                     [](const Reach& a, const Reach& b) { return a.last_cycle < b.last_cycle; });
  if (last->last_cycle == story.watched_until) {
    return fmt::format("{}: unused until cycle {} at least", last->path, last->last_cycle);
  }
  return fmt::format("{} at cycle {}: overwritten", last->path, last->last_cycle + 1);
}

std::string died_in(const model::Network& network, const InjectionStory& story, engine::Station farthest) {
  if (story.judgement.outcome != Outcome::kMasked) {
    return "";
  }
  if (!story.affected.empty()) {
    return swallowing_operator(network, story.affected.back());
  }
  const char* swallowed = swallowed_at(farthest);
  return swallowed != nullptr ? swallowed : last_structure(story);
}

/// Cycles to watch: from the fault to the end of its layer.
uint64_t watched_cycles(const engine::AcceleratorRun& golden, uint64_t start, size_t state_bytes) {
  uint64_t end = golden.total_cycles;
  for (const engine::LayerCycles& layer : golden.layers) {
    if (layer.first_cycle > start) {
      end = std::min(end, layer.first_cycle);
    }
  }
  const uint64_t affordable = std::max(uint64_t{1}, kMostWatchedBytes / state_bytes);
  return std::min({end - std::min(end, start), kMostWatchedCycles, affordable});
}

/// The faults by start, with their names.
std::vector<StruckSite> struck_sites(const hw::StateTable& table, const std::vector<LayerSpan>& layers,
                                     const hw::Faults& faults) {
  std::vector<StruckSite> struck;
  for (const hw::Fault& fault : faults) {
    const int layer = layer_struck(layers, fault);
    struck.push_back({hw::element_path(table.fields()[fault.site.field], fault.site.element), fault,
                      layer == kWholeRunLayer ? kWholeRun : layers.at(static_cast<size_t>(layer)).name});
  }
  std::stable_sort(struck.begin(), struck.end(),
                   [](const StruckSite& a, const StruckSite& b) { return a.fault.start < b.fault.start; });
  return struck;
}

ordered_json struck_json(const StruckSite& struck) {
  return {{"site", struck.path},
          {"mask", fmt::format("{:#x}", struck.fault.mask)},
          {"fault", inject::to_string(struck.fault.model)},
          {"cycle", struck.fault.start},
          {"duration", struck.fault.duration},
          {"period", struck.fault.period},
          {"layer", struck.layer}};
}

ordered_json operator_json(const AffectedOperator& step) {
  return {{"operator", step.name}, {"kind", step.kind}, {"differing", step.differing}, {"elements", step.elements}};
}

}  // namespace

InjectionStory tell_story(engine::SimulationEngine& engine, const model::Values& input, const hw::Faults& faults,
                          double hang_factor) {
  engine::SimulatedPlatform& platform = engine.platform();
  const hw::StateTable& table = platform.state();
  const model::Network& network = engine.network();
  const engine::GoldenRun golden = engine.golden(input);

  const uint64_t start = faults.first_to_act().start;
  DifferenceTrace trace(table, start, watched_cycles(golden.run, start, table.arena_bytes()));
  platform.observe([&trace](uint64_t cycle) { trace.record(cycle); });
  engine.run(input);
  platform.observe([&trace](uint64_t cycle) { trace.compare(cycle); });
  const engine::AcceleratorRun faulty =
      engine.run_with_faults(golden, faults, hang_limit(golden.run.total_cycles, hang_factor));
  platform.observe(nullptr);

  InjectionStory story;
  story.struck = struck_sites(table, layer_spans(golden.run.layers), faults);
  story.golden_cycles = golden.run.total_cycles;
  story.faulty_cycles = faulty.total_cycles;
  story.latent = faulty.latent;
  story.detection = faulty.detection;
  const Answer golden_answer = answer_of(network, golden.run.tensors);
  Answer faulty_answer;
  if (faulty.status == engine::SimulatedPlatform::Status::kCompleted) {
    faulty_answer = answer_of(network, faulty.tensors);
  }
  story.judgement = judge(golden_answer, faulty.status, faulty_answer, faulty.detection && faulty.detection->alarm);
  story.golden_logits = golden_answer.logits;
  story.faulty_logits = faulty_answer.logits;
  story.reached = trace.reached();
  story.watched_until = trace.last_compared();
  story.affected = affected_operators(network, golden.run, faulty);
  story.died_in = died_in(network, story, faulty.farthest);
  return story;
}

ordered_json to_json(const InjectionStory& story) {
  const Judgement& judged = story.judgement;
  ordered_json json = struck_json(story.struck.front());
  json["faults"] = ordered_json::array();
  std::transform(story.struck.begin(), story.struck.end(), std::back_inserter(json["faults"]), struck_json);
  json["outcome"] = to_string(judged.outcome);
  json["first_affected"] = story.affected.empty() ? ordered_json(nullptr) : operator_json(story.affected.front());
  json["affected"] = ordered_json::array();
  std::transform(story.affected.begin(), story.affected.end(), std::back_inserter(json["affected"]), operator_json);
  json["reached"] = ordered_json::array();
  for (const Reach& reach : story.reached) {
    json["reached"].push_back(
        {{"path", reach.path}, {"first_cycle", reach.first_cycle}, {"last_cycle", reach.last_cycle}});
  }
  json["watched_until"] = story.watched_until;
  json["died_in"] = story.died_in.empty() ? ordered_json(nullptr) : ordered_json(story.died_in);
  json["latent"] = story.latent;
  json["detected_by"] = story.detection ? ordered_json(story.detection->unit) : ordered_json(nullptr);
  json["corrected"] = story.detection && story.detection->corrected;
  json["detection_cycle"] = story.detection ? ordered_json(story.detection->cycle) : ordered_json(nullptr);
  json["golden_class"] = judged.golden_class;
  json["faulty_class"] = judged.faulty_class < 0 ? ordered_json(nullptr) : ordered_json(judged.faulty_class);
  json["golden_confidence"] = judged.golden_confidence;
  json["faulty_confidence"] = judged.faulty_confidence;
  json["sdc_1"] = judged.sdc_1;
  json["sdc_5"] = judged.sdc_5 ? ordered_json(*judged.sdc_5) : ordered_json(nullptr);
  json["sdc_10_percent"] = judged.sdc_10_percent;
  json["sdc_20_percent"] = judged.sdc_20_percent;
  json["golden_logits"] = story.golden_logits;
  json["logits"] = story.faulty_logits;
  json["golden_cycles"] = story.golden_cycles;
  json["cycles"] = story.faulty_cycles;
  return json;
}

std::string to_text(const InjectionStory& story) {
  std::string text;
  const auto line = [&text](const std::string& words) { text += words + '\n'; };
  const size_t listed = std::min(story.struck.size(), kMostListedFaults);
  for (size_t i = 0; i < listed; ++i) {
    const auto& [path, fault, layer] = story.struck[i];
    line(fmt::format("struck    {} mask {:#x} ({}) at cycle {} of {}, in layer {}", path, fault.mask,
                     inject::to_string(fault.model), fault.start, story.golden_cycles, layer));
  }
  if (story.struck.size() > listed) {
    line(fmt::format("struck    {} more", story.struck.size() - listed));
  }
  for (const Reach& reach : story.reached) {
    line(fmt::format("reached   {:<40} cycles {} to {}", reach.path, reach.first_cycle, reach.last_cycle));
  }
  for (const AffectedOperator& step : story.affected) {
    line(fmt::format("changed   {} of {} outputs of {} '{}'", step.differing, step.elements, step.kind, step.name));
  }
  if (!story.died_in.empty()) {
    line(fmt::format("died in   {}", story.died_in));
  }
  if (story.latent) {
    line("latent    still in the accelerator's state at the end");
  }
  if (story.detection) {
    const hw::DetectionRecord& said = *story.detection;
    line(fmt::format("detected  by {} at cycle {}: {}", said.unit, said.cycle,
                     said.corrected ? "corrected"
                     : said.alarm   ? "not corrected"
                                    : "replaced by a harmless value"));
  }
  const Judgement& judged = story.judgement;
  const std::string turned = judged.faulty_class < 0 ? "no answer" : fmt::format("class {}", judged.faulty_class);
  line(fmt::format("outcome   {}: class {} became {}, its confidence {:.6f} became {:.6f}", to_string(judged.outcome),
                   judged.golden_class, turned, judged.golden_confidence, judged.faulty_confidence));
  return text;
}

}  // namespace faultline::campaign
