#include "sim/mapping/neuron_words.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/mapping/dataflow_mapper.h"
#include "sim/mapping/neuron_location.h"

namespace faultline::mapping {
namespace {

/// Adds to `values`, one for each channel (or none at all), those of the repeated channels.
template <typename Value>
void repeat(std::vector<Value>& values, const std::vector<int>& channels) {
  for (size_t i = 0; i < channels.size() && !values.empty(); ++i) {
    values.push_back(values[static_cast<size_t>(channels[i])]);
  }
}

}  // namespace

NeuronWords::NeuronWords(const model::MatrixOperator& layer, const model::ProtectedNeurons& protection,
                         const hw::AcceleratorConfig& config)
    : protection_(protection),
      unit_(*hw::find_neuron_unit_kind(protection.unit())),
      entries_(config.protection.neuron_entries),
      repeatable_(config.protection.neuron_repeats.has_value()),
      extended_(layer) {
  if (layer.geometry.groups > 1) {
    throw UserError("layer " + layer.name, 0, "its channels are in groups, and further words of neurons are channels",
                    "leave its neurons unprotected");
  }
  if (neurons_at_once() < 1) {
    fail_to_fit(layer.name, "the words of one neuron", words(), entries_, "entries of the neuron unit");
  }
  find_neurons(layer);
  place_channels(config.grid.used_columns());
  extend();
}

void NeuronWords::find_neurons(const model::MatrixOperator& layer) {
  const int64_t channels = layer.geometry.out_channels;
  const int64_t pixels = layer.geometry.pixels();
  const bool last = layer.layout == model::Layout::kChannelsLast;
  const std::vector<size_t>& elements = protection_.neurons();
  for (size_t index = 0; index < elements.size(); ++index) {
    const auto number = static_cast<int64_t>(elements[index]);
    neurons_.push_back({static_cast<int>(last ? number % channels : number / pixels),
                        last ? number / channels : number % pixels, protection_.interval(index)});
  }
  std::sort(neurons_.begin(), neurons_.end(), [](const Neuron& a, const Neuron& b) {
    return a.pixel != b.pixel ? a.pixel < b.pixel : a.channel < b.channel;
  });
}

/// One extra channel after another, each the first that is still to be placed and whose other words are in other
/// columns.
void NeuronWords::place_channels(int columns) {
  const int own = extended_.geometry.out_channels;
  word_channels_.resize(static_cast<size_t>(own));
  std::vector<int> waiting;
  for (size_t further = 1; further < unit_.words; ++further) {
    std::set<int> channels;
    std::for_each(neurons_.begin(), neurons_.end(), [&](const Neuron& neuron) { channels.insert(neuron.channel); });
    waiting.insert(waiting.end(), channels.begin(), channels.end());
  }
  for (const int channel : waiting) {
    word_channels_[static_cast<size_t>(channel)] = {channel};
  }
  for (int next = own; !waiting.empty(); ++next) {
    const auto apart = [&](int channel) {
      const std::vector<int>& others = word_channels_[static_cast<size_t>(channel)];
      return std::none_of(others.begin(), others.end(), [&](int other) { return other % columns == next % columns; });
    };
    const auto found = std::find_if(waiting.begin(), waiting.end(), apart);
    const auto chosen = found != waiting.end() ? found : waiting.begin();
    word_channels_[static_cast<size_t>(*chosen)].push_back(next);
    original_.push_back(*chosen);
    waiting.erase(chosen);
  }
}

void NeuronWords::extend() {
  model::PostProcessing& post = extended_.post;
  repeat(post.bias, original_);
  repeat(post.factor, original_);
  repeat(post.residue, original_);
  repeat(post.channel_range, original_);
  const auto taps = static_cast<size_t>(extended_.geometry.taps());
  const auto channels = static_cast<size_t>(extended_.geometry.out_channels);
  std::vector<int8_t> weights;
  for (size_t plane = 0; plane < static_cast<size_t>(extended_.planes); ++plane) {
    const auto begin = extended_.weights.begin() + static_cast<std::ptrdiff_t>(plane * channels * taps);
    weights.insert(weights.end(), begin, begin + static_cast<std::ptrdiff_t>(channels * taps));
    for (const int channel : original_) {
      const auto row = begin + static_cast<std::ptrdiff_t>(static_cast<size_t>(channel) * taps);
      weights.insert(weights.end(), row, row + static_cast<std::ptrdiff_t>(taps));
    }
  }
  extended_.weights = std::move(weights);
  extended_.geometry.out_channels += static_cast<int>(original_.size());
}

int NeuronWords::channel_of_word(int channel, size_t word) const {
  return word_channels_[static_cast<size_t>(channel)][word];
}

int NeuronWords::neurons_at_once() const {
  return entries_ / words();
}

/// Calls visit(address, neuron, word) for the words of each neuron.
template <typename Visit>
void NeuronWords::for_each_word(int64_t pixel_begin, int64_t pixel_end, Visit visit) const {
  const auto before = [](const Neuron& neuron, int64_t pixel) { return neuron.pixel < pixel; };
  const auto first = std::lower_bound(neurons_.begin(), neurons_.end(), pixel_begin, before);
  for (auto neuron = first; neuron != neurons_.end() && neuron->pixel < pixel_end; ++neuron) {
    for (size_t word = 0; word < unit_.words; ++word) {
      visit((neuron->pixel - pixel_begin) * extended_.geometry.out_channels + channel_of_word(neuron->channel, word),
            *neuron, word);
    }
  }
}

std::vector<uint8_t> NeuronWords::table(int64_t pixel_begin, int64_t pixel_end) const {
  std::vector<uint8_t> bytes;
  for_each_word(pixel_begin, pixel_end, [&](int64_t address, const Neuron& neuron, size_t word) {
    for (int byte = 0; byte < hw::kNeuronAddressBytes; ++byte) {
      bytes.push_back(static_cast<uint8_t>(address >> (8 * byte)));
    }
    if (unit_.has_intervals()) {
      bytes.push_back(static_cast<uint8_t>(word == 0 ? neuron.interval.low : neuron.interval.high));
    }
  });
  return bytes;
}

std::vector<uint8_t> NeuronWords::mask(int64_t pixel_begin, int64_t pixel_end) const {
  if (!encoded()) {
    return {};
  }
  const int64_t bytes = (pixel_end - pixel_begin) * extended_.geometry.out_channels;
  std::vector<uint8_t> bits(static_cast<size_t>(ceiling(bytes, 8)));
  for_each_word(pixel_begin, pixel_end, [&](int64_t address, const Neuron& /*neuron*/, size_t /*word*/) {
    uint8_t& byte = bits[static_cast<size_t>(address / 8)];
    byte = static_cast<uint8_t>(byte | 1 << (address % 8));
  });
  return bits;
}

NeuronProtectionUse NeuronWords::use(const LayerProgram& program, const hw::GridConfig& grid) const {
  NeuronProtectionUse use;
  use.neurons = neurons_.size();
  use.extra_words = neurons_.size() * (unit_.words - 1);
  use.extra_channels = original_.size();
  const DataflowMapper& mapper = mapper_for(grid.dataflow);
  const auto column_of = [&](int channel, int64_t pixel) {
    for (const Step& step : program.steps) {
      const ComputeBlock& block = step.compute;
      if (phase_of(step.command) == Phase::kCompute && channel >= block.channel_begin && channel < block.channel_end &&
          pixel >= block.pixel_begin && pixel < block.pixel_end) {
        return mapper.sum_of(step, channel, pixel, grid).lane;
      }
    }
    return -1;
  };
  for (const Neuron& neuron : neurons_) {
    std::vector<int> columns;
    for (size_t word = 0; word < unit_.words; ++word) {
      columns.push_back(column_of(channel_of_word(neuron.channel, word), neuron.pixel));
      use.word_pairs += word;
      use.shared_pairs += static_cast<size_t>(std::count(columns.begin(), columns.end() - 1, columns.back()));
    }
  }
  return use;
}

}  // namespace faultline::mapping
