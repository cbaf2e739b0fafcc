#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hw/common/state_register.h"
#include "hw/memory/word_code.h"
#include "hw/protection/protection_config.h"
#include "hw/protection/report_registers.h"

namespace faultline::hw {

/// Check bits beside the words of one memory, `protection.<memory>.check[...]`, with the encoder at its write port and
/// the decoder at its read port. Both are combinational: no cycle is added. A corrected word is not written back.
class WordGuard {
 public:
  /// `dimensions` are those of the memory's field. The configuration must be valid.
  WordGuard(StateTable& table, const MemoryProtection& protection, int word_bits, std::vector<int> dimensions);

  /// What the read port gives for the stored `word`, its bits zero-extended.
  uint64_t read(size_t index, uint64_t word) const;
  void write(size_t index, uint64_t word) const { check_.data()[index] = static_cast<uint16_t>(code_->encode(word)); }

 private:
  std::unique_ptr<const WordCode> code_;
  ErrorAction on_error_;
  StateRegister<uint16_t> check_;
  ReportRegisters report_;
};

/// The guard of a memory, or nullptr where it is not protected.
std::unique_ptr<const WordGuard> make_word_guard(StateTable& table, const ProtectionConfig& config,
                                                 const std::string& memory, int word_bits, std::vector<int> dimensions);

}  // namespace faultline::hw
