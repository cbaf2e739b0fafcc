#pragma once

#include <memory>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/memory/word_code.h"
#include "hw/protection/protection_config.h"

namespace faultline::hw {

/// Looks at the protected memories of an accelerator from outside.
class ProtectedMemories {
 public:
  /// `table` is that of an accelerator with this configuration and must outlive the object.
  ProtectedMemories(const StateTable& table, const ProtectionConfig& config);

  /// True for a field whose bits a code watches: the words and the check bits.
  bool contain(size_t field) const;
  /// True when no word would raise a flag if it were read.
  bool all_right() const;

 private:
  struct Memory {
    size_t words;  ///< its field
    size_t check;  ///< likewise
    std::unique_ptr<const WordCode> code;
  };
  bool all_right(const Memory& memory) const;

  const StateTable& table_;
  std::vector<Memory> memories_;
};

}  // namespace faultline::hw
