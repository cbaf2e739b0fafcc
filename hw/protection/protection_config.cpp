#include "hw/protection/protection_config.h"

#include <algorithm>

#include "hw/common/invalid_configuration.h"
#include "hw/memory/word_code.h"
#include "hw/protection/neuron_unit_kind.h"

namespace faultline::hw {
namespace {

/// "a, b or c".
std::string one_of(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
  }
  return text;
}

template <typename Kinds>
std::vector<std::string> names_of(const Kinds& kinds) {
  std::vector<std::string> names;
  for (const auto& kind : kinds) {
    names.push_back(kind.name);
  }
  return names;
}

}  // namespace

const char* to_string(ErrorAction action) {
  return action == ErrorAction::kZero ? "zero" : "flag";
}

const std::vector<std::string>& protectable_memories() {
  static const std::vector<std::string> kMemories = {"input", "weight", "partial_sum", "output"};
  return kMemories;
}

const MemoryProtection* ProtectionConfig::of_memory(const std::string& memory) const {
  const auto found = std::find_if(memories.begin(), memories.end(),
                                  [&](const MemoryProtection& protection) { return protection.memory == memory; });
  return found == memories.end() ? nullptr : &*found;
}

void ProtectionConfig::validate() const {
  constexpr int kMostEntries = 65536;
  constexpr int kMostRepeats = 255;
  if (!neuron_unit.empty() && find_neuron_unit_kind(neuron_unit) == nullptr) {
    throw InvalidConfiguration("there is no unit '" + neuron_unit + "' for neurons; give " +
                               one_of(names_of(neuron_unit_kinds())));
  }
  if (neuron_entries < 1 || neuron_entries > kMostEntries) {
    throw InvalidConfiguration("entries " + std::to_string(neuron_entries) + " is out of range; it must be 1 to " +
                               std::to_string(kMostEntries));
  }
  if (neuron_repeats && (*neuron_repeats < 1 || *neuron_repeats > kMostRepeats)) {
    throw InvalidConfiguration("repeats " + std::to_string(*neuron_repeats) + " is out of range; it must be 1 to " +
                               std::to_string(kMostRepeats));
  }
  const auto& known = protectable_memories();
  for (const MemoryProtection& protection : memories) {
    if (std::find(known.begin(), known.end(), protection.memory) == known.end()) {
      throw InvalidConfiguration("there is no memory '" + protection.memory + "' to protect; give " + one_of(known));
    }
    if (find_word_code(protection.code) == nullptr) {
      throw InvalidConfiguration("there is no code '" + protection.code + "'; give " + one_of(names_of(word_codes())));
    }
    if (of_memory(protection.memory) != &protection) {
      throw InvalidConfiguration("memory '" + protection.memory + "' is protected twice; give it one code");
    }
  }
}

}  // namespace faultline::hw
