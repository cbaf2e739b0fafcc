#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hw/protection/array_checksum.h"
#include "hw/protection/channel_bounds.h"
#include "hw/protection/element_bypass.h"
#include "hw/protection/spare_columns.h"
#include "hw/protection/weight_check.h"

namespace faultline::hw {

/// What a memory gives for a word that its code finds wrong and cannot correct.
enum class ErrorAction {
  kFlag,  ///< the word as it is stored, and the alarm
  kZero,  ///< 0, and no alarm: the inference goes on
};

/// "flag" or "zero".
const char* to_string(ErrorAction action);

/// Check bits beside the words of one memory.
struct MemoryProtection {
  std::string memory;  ///< one of protectable_memories()
  std::string code;    ///< of word_codes()
  ErrorAction on_error = ErrorAction::kFlag;

  bool operator==(const MemoryProtection& other) const {
    return memory == other.memory && code == other.code && on_error == other.on_error;
  }
};

/// "input", "weight", "partial_sum", "output": the fields `buffer.<name>`.
const std::vector<std::string>& protectable_memories();

/// The protection units of an accelerator.
struct ProtectionConfig {
  std::vector<MemoryProtection> memories;
  std::optional<ElementBypass> bypass;          ///< of the array's processing elements
  std::optional<ArrayChecksum> checksum;        ///< of the sums that leave the array
  std::optional<SpareColumns> spare_columns;    ///< of the array
  std::optional<ChannelBounds> channel_bounds;  ///< of each channel's codes
  std::optional<WeightCheck> weight_check;      ///< of what the weight buffer gives

  std::string neuron_unit;    ///< of neuron_unit_kinds(); empty: none
  int neuron_entries = 1024;  ///< words of neurons that its table can name, 1 to 65536
  /// Of a unit that alarms; kZero: the code of 0 stands for the neuron.
  ErrorAction neuron_on_error = ErrorAction::kFlag;
  /// Of a unit that alarms and flags: how often a layer in which it sees a difference may be computed again before it
  /// raises the alarm, 1 to 255; nothing: it raises the alarm at once.
  std::optional<int> neuron_repeats;

  /// What protects this memory, or nullptr.
  const MemoryProtection* of_memory(const std::string& memory) const;
  bool empty() const {
    return memories.empty() && !bypass && !checksum && !spare_columns && !channel_bounds && !weight_check &&
           neuron_unit.empty();
  }

  /// Throws InvalidConfiguration for a memory, a code or a neuron unit that does not exist, for a memory given twice
  /// and for a number of entries or repeats out of range.
  void validate() const;
};

}  // namespace faultline::hw
