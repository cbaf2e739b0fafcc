#include "sim/campaign/neuron_target.h"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/campaign/accelerator_target.h"
#include "sim/model/classification.h"
#include "sim/model/network_input.h"

namespace faultline::campaign {
namespace {

constexpr int kWordBits = 8;

/// A layer's name as a part of a site path.
std::string path_part(std::string name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  std::replace_if(
      name.begin(), name.end(), [&](char c) { return !is_letter(c); }, '_');
  return name;
}

void add_words(hw::StateTable& table, const std::string& name, std::vector<int> dimensions) {
  hw::StateField field;
  field.path = name;
  for (size_t i = 0; i < dimensions.size(); ++i) {
    field.path += "[*]";
  }
  field.kind = hw::StateKind::kMemory;
  field.bits = kWordBits;
  field.dimensions = std::move(dimensions);
  table.add<uint8_t>(std::move(field));
}

uint8_t perturbed(uint8_t word, const hw::Fault& fault) {
  switch (fault.model) {
    case hw::FaultModel::kFlip:
      return static_cast<uint8_t>(word ^ fault.mask);
    case hw::FaultModel::kStuckAt0:
      return static_cast<uint8_t>(word & ~fault.mask);
    case hw::FaultModel::kStuckAt1:
      return static_cast<uint8_t>(word | fault.mask);
  }
  return word;
}

}  // namespace

NeuronTarget::NeuronTarget(std::shared_ptr<const model::Network> network, const engine::FunctionalEngine& functional,
                           const engine::FunctionalEngine& exact, const model::Dataset& dataset,
                           std::string repeating_unit)
    : network_(std::move(network)),
      exact_(exact),
      dataset_(dataset),
      repeating_unit_(std::move(repeating_unit)),
      inference_(network_, functional) {
  for (size_t index = 0; index < network_->operators.size(); ++index) {
    const auto* matrix = dynamic_cast<const model::MatrixOperator*>(network_->operators[index].get());
    if (matrix == nullptr || matrix->post.raw()) {
      continue;
    }
    const bool last = index + 1 == network_->operators.size();
    layers_.push_back(
        {index, last ? nullptr : dynamic_cast<const harden::NeuronProtection*>(network_->operators[index + 1].get())});
    add_fields(layers_.back());
  }
}

void NeuronTarget::add_fields(const Layer& layer) {
  const model::Operator& step = *network_->operators[layer.operator_index];
  const model::Shape& shape = network_->tensor(step.output).shape;
  const size_t number = layers_.size() - 1;
  add_words(table_, "neuron." + path_part(step.name), std::vector<int>(shape.begin(), shape.end()));
  fields_.emplace_back(number, false);
  if (layer.protection != nullptr) {
    add_words(table_, "extra_word." + path_part(step.name),
              {static_cast<int>(layer.protection->neurons().size()), layer.protection->scheme().words() - 1});
    fields_.emplace_back(number, true);
  }
}

NeuronTarget::Place NeuronTarget::place_of(hw::Site site) const {
  const auto& [layer, extra] = fields_[site.field];
  if (!extra) {
    return {layer, site.element, 0};
  }
  const harden::NeuronProtection& protection = *layers_[layer].protection;
  const auto further = static_cast<size_t>(protection.scheme().words() - 1);
  return {layer, protection.neurons()[site.element / further], 1 + site.element % further};
}

bool NeuronTarget::is_protected(const Layer& layer, size_t neuron) const {
  return layer.protection != nullptr &&
         std::binary_search(layer.protection->neurons().begin(), layer.protection->neurons().end(), neuron);
}

int NeuronTarget::exact_class(size_t image) {
  const auto known = exact_classes_.find(image);
  if (known != exact_classes_.end()) {
    return known->second;
  }
  const auto tensors = exact_.run(model::network_input(*network_, dataset_.image(image)));
  return exact_classes_[image] = static_cast<int>(model::classify(*network_, tensors).best);
}

GoldenInference NeuronTarget::golden(size_t image) {
  golden_ = inference_.golden(model::network_input(*network_, dataset_.image(image)));
  inference_.begin(golden_);
  GoldenInference inference;
  inference.answer = answer_of(*network_, golden_.tensors);
  inference.layers = {{"neurons", 0}};
  inference.cycles = 1;
  return inference;
}

harden::ResolvedNeuron NeuronTarget::struck(const Layer& layer, size_t neuron,
                                            const std::vector<std::pair<size_t, hw::Fault>>& faults) const {
  const auto output = static_cast<size_t>(network_->operators[layer.operator_index]->output);
  const int8_t code = std::get<std::vector<int8_t>>(inference_.tensors()[output])[neuron];
  std::vector<uint8_t> words = {static_cast<uint8_t>(code)};
  if (is_protected(layer, neuron)) {
    const harden::NeuronScheme& scheme = layer.protection->scheme();
    words.assign(static_cast<size_t>(scheme.words()), scheme.encode(code, layer.protection->zero()));
  }
  for (const auto& [word, fault] : faults) {
    words[word] = perturbed(words[word], fault);
  }
  if (is_protected(layer, neuron)) {
    return layer.protection->resolve(neuron, words);
  }
  return {static_cast<int8_t>(words.front())};
}

NeuronTarget::StruckLayer NeuronTarget::struck_layer(const Layer& layer, const LayerStrikes& strikes) const {
  StruckLayer result;
  for (const auto& [neuron, words] : strikes) {
    const harden::ResolvedNeuron resolved = struck(layer, neuron, words);
    result.codes[neuron] = resolved.code;
    result.corrected = result.corrected || resolved.corrected;
    result.detected = result.detected || resolved.detected;
  }
  return result;
}

/// A repeat meets only what lasts; one more would meet the same.
NeuronTarget::StruckLayer NeuronTarget::stored_layer(const Layer& layer, const LayerStrikes& strikes) const {
  StruckLayer result = struck_layer(layer, strikes);
  if (!result.detected || layer.protection->scheme().name != repeating_unit_) {
    return result;
  }
  LayerStrikes lasting = strikes;
  for (auto& [neuron, words] : lasting) {
    const auto passes = [](const auto& strike) {
      return strike.second.model == hw::FaultModel::kFlip || strike.second.duration != 0;
    };
    words.erase(std::remove_if(words.begin(), words.end(), passes), words.end());
  }
  result = struck_layer(layer, lasting);
  result.corrected = !result.detected;
  return result;
}

FaultyInference NeuronTarget::strike(const hw::Faults& faults, uint64_t /*cycle_limit*/) {
  std::map<size_t, LayerStrikes> strikes;
  for (const hw::Fault& fault : faults) {
    const Place place = place_of(fault.site);
    strikes[place.layer][place.neuron].emplace_back(place.word, fault);
  }
  FaultyInference inference;
  inference.cycles = 1;
  inference.followed = true;
  inference.masked_in = MaskedIn::kOutputBuffer;
  size_t done = 0;
  for (const auto& [number, neurons] : strikes) {
    const Layer& layer = layers_[number];
    const size_t end = layer.operator_index + (layer.protection != nullptr ? 2 : 1);
    inference_.propagate(done, end);
    done = end;
    const StruckLayer stored = stored_layer(layer, neurons);
    for (const auto& [neuron, code] : stored.codes) {
      inference_.set_output(end - 1, neuron, code);
    }
    inference.alarm = inference.alarm || stored.detected;
    if (stored.detected || stored.corrected) {
      inference.detection.by = layer.protection->scheme().name;
      inference.detection.corrected = !inference.alarm;
      inference.detection.cycle = 0;
    }
    if (!inference_.differences(network_->operators[end - 1]->output).empty()) {
      inference.extent = Extent::kBuffer;
      inference.masked_in = MaskedIn::kLaterLayer;
    }
  }
  inference_.propagate(done, network_->operators.size());
  inference.answer = answer_of(*network_, inference_.tensors());
  inference_.restore();
  return inference;
}

}  // namespace faultline::campaign
