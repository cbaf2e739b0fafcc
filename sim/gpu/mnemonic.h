#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hw/gpu/instruction.h"

namespace faultline::gpu {

/// How the text of an operation writes its operands.
enum class OperandForm {
  kNone,        ///< exit
  kLabel,       ///< bra label
  kUnary,       ///< rd, b
  kBinary,      ///< rd, ra, b
  kTernary,     ///< rd, ra, b, rc
  kComparison,  ///< pd, ra, b
  kLoad,        ///< rd, [ra + b]
  kStore,       ///< [ra + b], rc
};

/// What a mnemonic stands for: an operation and, for SETP, a comparison.
struct Mnemonic {
  hw::gpu::Opcode opcode = hw::gpu::Opcode::kNop;
  uint8_t modifier = 0;
};

/// The operation that a word names ("imad", "setp.lt"), or nothing.
std::optional<Mnemonic> parse_mnemonic(const std::string& word);
/// The word of an instruction; SETP with an unknown comparison has none.
std::optional<std::string> mnemonic_text(const hw::gpu::Instruction& instruction);
OperandForm operand_form(hw::gpu::Opcode opcode);

/// The names of S2R's sources, by number.
const std::vector<std::string>& special_names();

}  // namespace faultline::gpu
