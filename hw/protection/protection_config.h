#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hw/protection/element_bypass.h"

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
  std::optional<ElementBypass> bypass;  ///< of the array's processing elements

  /// What protects this memory, or nullptr.
  const MemoryProtection* of_memory(const std::string& memory) const;
  bool empty() const { return memories.empty() && !bypass; }

  /// Throws InvalidConfiguration for a memory or a code that does not exist, and for a memory given twice.
  void validate() const;
};

}  // namespace faultline::hw
