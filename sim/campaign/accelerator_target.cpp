#include "sim/campaign/accelerator_target.h"

#include "sim/model/classification.h"
#include "sim/model/network_input.h"

namespace faultline::campaign {
namespace {

void tell_detection(const std::optional<hw::DetectionRecord>& said, FaultyInference& inference) {
  if (said) {
    inference.detection = {said->unit, said->corrected, said->cycle};
    inference.alarm = said->alarm;
  }
}

}  // namespace

Answer answer_of(const model::Network& network, const std::vector<model::Values>& tensors) {
  Answer answer;
  for (const model::TensorId output : network.graph_outputs) {
    answer.outputs.push_back(tensors[static_cast<size_t>(output)]);
  }
  const model::TensorId logits = model::logits_tensor(network);
  answer.logits = model::real_values(network.tensor(logits), tensors[static_cast<size_t>(logits)]);
  return answer;
}

std::vector<LayerSpan> layer_spans(const std::vector<engine::LayerCycles>& layers) {
  std::vector<LayerSpan> spans;
  for (const engine::LayerCycles& layer : layers) {
    spans.push_back({layer.name, layer.first_cycle});
  }
  return spans;
}

MaskedIn masked_in(engine::Station farthest) {
  switch (farthest) {
    case engine::Station::kNone:
      return MaskedIn::kArray;
    case engine::Station::kPooling:
      return MaskedIn::kPooling;
    case engine::Station::kRequantisation:
      return MaskedIn::kRequantise;
    case engine::Station::kClamp:
      return MaskedIn::kClamp;
    case engine::Station::kOutputBuffer:
      return MaskedIn::kOutputBuffer;
    case engine::Station::kStored:
      return MaskedIn::kLaterLayer;
  }
  return MaskedIn::kNowhere;
}

int AcceleratorTarget::exact_class(size_t image) {
  const auto known = exact_classes_.find(image);
  if (known != exact_classes_.end()) {
    return known->second;
  }
  const model::Network& network = exact_.network();
  const auto tensors = exact_.run(model::network_input(network, dataset_.image(image)));
  return exact_classes_[image] = static_cast<int>(model::classify(network, tensors).best);
}

GoldenInference AcceleratorTarget::followed_golden(const model::Values& input) {
  follower_->begin(input);
  GoldenInference inference;
  inference.answer = answer_of(engine_.network(), follower_->golden());
  inference.cycles = follower_->total_cycles();
  inference.layers = layer_spans(follower_->layers());
  return inference;
}

GoldenInference AcceleratorTarget::golden(size_t image) {
  const model::Values input = model::network_input(engine_.network(), dataset_.image(image));
  if (follower_ != nullptr) {
    return followed_golden(input);
  }
  golden_ = engine_.golden(input);
  GoldenInference inference;
  inference.answer = answer_of(engine_.network(), golden_.run.tensors);
  inference.cycles = golden_.run.total_cycles;
  inference.layers = layer_spans(golden_.run.layers);
  return inference;
}

FaultyInference AcceleratorTarget::follow(const hw::Faults& faults, uint64_t cycle_limit) {
  const engine::ConeRun run = follower_->run_with_faults(faults, cycle_limit);
  FaultyInference inference;
  inference.followed = !run.simulated;
  inference.status = run.status;
  inference.latent = run.latent;
  inference.cycles = run.total_cycles;
  inference.extent = run.farthest == engine::Station::kStored ? Extent::kBuffer : Extent::kStruck;
  inference.masked_in = masked_in(run.farthest);
  tell_detection(run.detection, inference);
  if (run.status == engine::SimulatedPlatform::Status::kCompleted) {
    inference.answer = answer_of(engine_.network(), *run.tensors);
  }
  return inference;
}

FaultyInference AcceleratorTarget::strike(const hw::Faults& faults, uint64_t cycle_limit) {
  if (follower_ != nullptr) {
    return follow(faults, cycle_limit);
  }
  const engine::AcceleratorRun run = engine_.run_with_faults(golden_, faults, cycle_limit);
  FaultyInference inference;
  inference.status = run.status;
  inference.latent = run.latent;
  inference.cycles = run.total_cycles;
  inference.extent = run.farthest == engine::Station::kStored ? Extent::kBuffer : Extent::kStruck;
  inference.masked_in = masked_in(run.farthest);
  tell_detection(run.detection, inference);
  if (run.status == engine::SimulatedPlatform::Status::kCompleted) {
    inference.answer = answer_of(engine_.network(), run.tensors);
  }
  return inference;
}

}  // namespace faultline::campaign
