#pragma once

#include <cstdint>
#include <vector>

#include "hw/protection/neuron_unit_kind.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/neuron_unit_core.h"
#include "sim/mapping/program.h"
#include "sim/model/network.h"
#include "sim/model/protected_neurons.h"

namespace faultline::mapping {

/// How the words of a layer's protected neurons are made and where they lie.
///
/// Further words are further output channels: every channel that has a protected neuron is computed once more for each
/// further word, with the same weights and parameters and, where the array has the columns, in another column. They lie
/// behind the layer's own channels in the output buffer, pixel by pixel, and are not stored.
class NeuronWords {
 public:
  /// Throws UserError for a layer whose channels are in groups.
  NeuronWords(const model::MatrixOperator& layer, const model::ProtectedNeurons& protection,
              const hw::AcceleratorConfig& config);

  /// The layer with the extra channels behind its own.
  const model::MatrixOperator& layer() const { return extended_; }
  int32_t zero() const { return protection_.zero(); }
  /// True when post-processing writes the neurons as something else than their codes, by a mask.
  bool encoded() const { return static_cast<bool>(unit_.encode); }
  /// True when the unit counts the repeats of a layer, so that walks must say whether they are its first.
  bool repeatable() const { return repeatable_; }

  /// The unit's table for pixels [begin, end), whose words lie in the output buffer from address 0: the addresses of
  /// each neuron's words, the own one first, entry_bytes() each. Where the unit has intervals, the lower bound stands
  /// beside the first address and the upper one beside the last.
  std::vector<uint8_t> table(int64_t pixel_begin, int64_t pixel_end) const;
  /// The mask of the same pixels, a bit for each byte of the output buffer; empty where nothing is encoded.
  std::vector<uint8_t> mask(int64_t pixel_begin, int64_t pixel_end) const;
  /// Neurons whose words fit the unit's table together.
  int neurons_at_once() const;
  int words() const { return static_cast<int>(unit_.words); }
  int entry_bytes() const { return hw::neuron_entry_bytes(unit_); }

  /// What the layer's program makes of it.
  NeuronProtectionUse use(const LayerProgram& program, const hw::GridConfig& grid) const;

 private:
  struct Neuron {
    int channel = 0;
    int64_t pixel = 0;
    model::CodeRange interval = {};
  };

  void find_neurons(const model::MatrixOperator& layer);
  void place_channels(int columns);
  void extend();
  int channel_of_word(int channel, size_t word) const;
  template <typename Visit>
  void for_each_word(int64_t pixel_begin, int64_t pixel_end, Visit visit) const;

  const model::ProtectedNeurons& protection_;
  const hw::NeuronUnitKind& unit_;
  int entries_;
  bool repeatable_;
  model::MatrixOperator extended_;
  std::vector<Neuron> neurons_;                  ///< by pixel
  std::vector<int> original_;                    ///< by extra channel: the channel that it repeats
  std::vector<std::vector<int>> word_channels_;  ///< by channel: those of its words, or nothing
};

}  // namespace faultline::mapping
