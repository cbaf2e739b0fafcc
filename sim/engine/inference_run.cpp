#include "sim/engine/inference_run.h"

#include <chrono>
#include <cstring>

#include "sim/mapping/operator_mapper.h"
#include "sim/model/classification.h"
#include "sim/model/sha256.h"

namespace faultline::engine {
namespace {

/// The layers that run on the accelerator, as far as they are known without running them.
std::vector<LayerCycles> layers_of(const model::Network& network) {
  std::vector<LayerCycles> layers;
  for (size_t index = 0; index < network.operators.size(); ++index) {
    if (const mapping::OperatorMapper* mapper = mapping::mapper_for(*network.operators[index])) {
      LayerCycles layer;
      layer.operator_index = index;
      layer.name = network.operators[index]->name;
      layer.macs = mapper->formats(*network.operators[index]).macs;
      layers.push_back(layer);
    }
  }
  return layers;
}

void hash_logits(const std::vector<double>& logits, model::Sha256& hash) {
  for (const double logit : logits) {
    const auto real = static_cast<float>(logit);
    uint32_t bits = 0;
    std::memcpy(&bits, &real, sizeof bits);
    const unsigned char bytes[] = {static_cast<unsigned char>(bits), static_cast<unsigned char>(bits >> 8),
                                   static_cast<unsigned char>(bits >> 16), static_cast<unsigned char>(bits >> 24)};
    hash.update(bytes, sizeof bytes);
  }
}

}  // namespace

InferenceSummary run_samples(const Inference& inference, const model::Network& network, const Samples& samples,
                             const std::function<void(size_t done)>& progress) {
  InferenceSummary summary;
  summary.images = samples.count;
  summary.layers = layers_of(network);
  model::Sha256 logits;
  size_t correct = 0;
  uint64_t simulated = 0;
  std::chrono::duration<double> wall{0};
  for (size_t index = 0; index < samples.count; ++index) {
    const model::Values input = samples.input(index);
    const auto start = std::chrono::steady_clock::now();
    AcceleratorRun run = inference(input);
    wall += std::chrono::steady_clock::now() - start;
    const model::Classification classification = model::classify(network, run.tensors);
    hash_logits(classification.logits, logits);
    correct += samples.label && static_cast<int>(classification.best) == samples.label(index) ? 1 : 0;
    if (!run.layers.empty()) {
      summary.layers = run.layers;
      summary.total_cycles = run.total_cycles;
      summary.unprotected_cycles = run.unprotected_cycles;
      simulated += run.total_cycles;
    }
    summary.outputs.push_back(std::move(run.tensors[static_cast<size_t>(network.graph_outputs.front())]));
    progress(index + 1);
  }
  if (summary.total_cycles) {
    summary.simulated_cycles = simulated;
  }
  if (samples.label && samples.count > 0) {
    summary.accuracy = static_cast<double>(correct) / static_cast<double>(samples.count);
  }
  summary.logits_sha256 = logits.finish();
  summary.wall_s = wall.count();
  return summary;
}

}  // namespace faultline::engine
