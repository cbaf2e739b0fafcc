#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hw/protection/code_interval.h"

namespace faultline::hw {

/// The most words that a unit makes one neuron of.
constexpr size_t kMostNeuronWords = 3;

/// The words of one neuron in the output buffer; those beyond the kind's number are 0.
using NeuronWords = std::array<uint8_t, kMostNeuronWords>;

/// What a unit says about a neuron's words.
enum class NeuronVerdict {
  kRight,      ///< nothing wrong was seen
  kCorrected,  ///< a word was wrong, and another is taken
  kReplaced,   ///< something was wrong, and the code is a harmless one
  kAlarm,      ///< something is wrong, and so may be the code
};

/// The code that is made of a neuron's words.
struct CombinedNeuron {
  int8_t code = 0;
  NeuronVerdict verdict = NeuronVerdict::kRight;
};

/// A unit that makes one code of the several words that the output buffer holds of a critical neuron: a lightweight
/// correction unit, a voter, a comparator. `zero` is the code that stands for 0, in [-128, 127]. A file of this folder
/// defines a kind and registers it with a file-scope object:
///
///   const NeuronUnitRegistration kRegistration{{"tmr", 3, nullptr, combine}};
struct NeuronUnitKind {
  std::string name;
  size_t words = 2;  ///< of a neuron, 2 to kMostNeuronWords
  /// What a word holds of a code when it is not the code itself; nullptr when it is.
  std::function<uint8_t(int8_t code, int32_t zero)> encode;
  std::function<CombinedNeuron(const NeuronWords& words, int32_t zero)> combine;
  bool alarms = false;  ///< combine() may say kAlarm
  /// Instead of combine(), for a kind that asks for the interval of the neuron's codes, from its entries of the unit's
  /// table: `low` is the bound of the first word's, `high` of the last one's.
  std::function<CombinedNeuron(const NeuronWords& words, int32_t zero, CodeInterval interval)> combine_within = {};

  bool has_intervals() const { return static_cast<bool>(combine_within); }
  /// What is made of the words; the interval does not matter where has_intervals() is false.
  CombinedNeuron combined(const NeuronWords& held, int32_t zero, CodeInterval interval) const {
    return combine_within ? combine_within(held, zero, interval) : combine(held, zero);
  }
  /// What each word holds of an unfaulted neuron.
  uint8_t word_of(int8_t code, int32_t zero) const { return encode ? encode(code, zero) : static_cast<uint8_t>(code); }
};

/// All registered kinds, by name.
const std::vector<NeuronUnitKind>& neuron_unit_kinds();
/// The kind of this name, or nullptr.
const NeuronUnitKind* find_neuron_unit_kind(const std::string& name);

struct NeuronUnitRegistration {
  explicit NeuronUnitRegistration(NeuronUnitKind kind);
};

}  // namespace faultline::hw
