#include "sim/gpu/mnemonic.h"

#include <array>

namespace faultline::gpu {
namespace {

using hw::gpu::Instruction;
using hw::gpu::Opcode;
using hw::gpu::OpcodeInfo;
using hw::gpu::Unit;

constexpr std::array<const char*, hw::gpu::kComparisons> kComparisonNames = {"lt", "le", "eq", "ne", "gt", "ge"};

}  // namespace

std::optional<Mnemonic> parse_mnemonic(const std::string& word) {
  for (uint8_t number = 1; number < hw::gpu::kOpcodes; ++number) {
    const OpcodeInfo& info = *hw::gpu::opcode_info(number);
    if (!info.writes_predicate && word == info.name) {
      return Mnemonic{static_cast<Opcode>(number), 0};
    }
    for (uint8_t comparison = 0; info.writes_predicate && comparison < hw::gpu::kComparisons; ++comparison) {
      if (word == std::string(info.name) + "." + kComparisonNames[comparison]) {
        return Mnemonic{static_cast<Opcode>(number), comparison};
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string> mnemonic_text(const Instruction& instruction) {
  const std::string name = instruction.info().name;
  if (!instruction.info().writes_predicate) {
    return name;
  }
  if (instruction.modifier >= hw::gpu::kComparisons) {
    return std::nullopt;
  }
  return name + "." + kComparisonNames[instruction.modifier];
}

OperandForm operand_form(Opcode opcode) {
  const OpcodeInfo& info = *hw::gpu::opcode_info(static_cast<uint8_t>(opcode));
  if (opcode == Opcode::kBra) {
    return OperandForm::kLabel;
  }
  if (info.unit == Unit::kControl) {
    return OperandForm::kNone;
  }
  if (info.unit == Unit::kMemory) {
    return info.writes_register ? OperandForm::kLoad : OperandForm::kStore;
  }
  if (info.writes_predicate) {
    return OperandForm::kComparison;
  }
  return info.reads_c ? OperandForm::kTernary : info.reads_a ? OperandForm::kBinary : OperandForm::kUnary;
}

const std::vector<std::string>& special_names() {
  static const std::vector<std::string> kNames = {"thread", "threads", "block_x", "block_y", "lane", "warp"};
  return kNames;
}

}  // namespace faultline::gpu
