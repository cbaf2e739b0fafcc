#include "hw/protection/word_guard.h"

#include <utility>

namespace faultline::hw {
namespace {

std::string check_path(const std::string& memory, size_t dimensions) {
  std::string path = "protection." + memory + ".check";
  for (size_t i = 0; i < dimensions; ++i) {
    path += "[*]";
  }
  return path;
}

}  // namespace

WordGuard::WordGuard(StateTable& table, const MemoryProtection& protection, int word_bits, std::vector<int> dimensions)
    : code_(find_word_code(protection.code)->make(word_bits)),
      on_error_(protection.on_error),
      check_(table, check_path(protection.memory, dimensions.size()), code_->check_bits(), dimensions,
             StateKind::kMemory),
      report_(table, protection.memory) {}

uint64_t WordGuard::read(size_t index, uint64_t word) const {
  const DecodedWord decoded = code_->decode(word, check_.data()[index]);
  if (decoded.corrected) {
    report_.note(ReportRegisters::kCorrected);
  }
  if (!decoded.error) {
    return decoded.word;
  }
  report_.note(on_error_ == ErrorAction::kZero ? ReportRegisters::kReplaced : ReportRegisters::kAlarm);
  return on_error_ == ErrorAction::kZero ? 0 : word;
}

std::unique_ptr<const WordGuard> make_word_guard(StateTable& table, const ProtectionConfig& config,
                                                 const std::string& memory, int word_bits,
                                                 std::vector<int> dimensions) {
  const MemoryProtection* protection = config.of_memory(memory);
  return protection == nullptr
             ? nullptr
             : std::make_unique<const WordGuard>(table, *protection, word_bits, std::move(dimensions));
}

}  // namespace faultline::hw
