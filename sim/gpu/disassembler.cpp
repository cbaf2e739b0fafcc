#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "hw/gpu/instruction.h"
#include "sim/gpu/assembler.h"
#include "sim/gpu/mnemonic.h"

namespace faultline::gpu {
namespace {

using hw::gpu::Instruction;
using hw::gpu::Opcode;

std::string register_text(int number) {
  return number == hw::gpu::kZeroRegister ? "rz" : fmt::format("r{}", number);
}

std::string predicate_text(int number) {
  return number >= hw::gpu::kPredicates ? "pt" : fmt::format("p{}", number);
}

std::string second_text(const Instruction& instruction, const Kernel& kernel) {
  if (!instruction.immediate) {
    return register_text(instruction.rb());
  }
  const auto& names = instruction.opcode == Opcode::kLdp ? kernel.parameters : special_names();
  const bool named = instruction.opcode == Opcode::kLdp || instruction.opcode == Opcode::kS2r;
  if (named && instruction.b < names.size()) {
    return "%" + names[instruction.b];
  }
  return fmt::format("{}", static_cast<int32_t>(instruction.b));
}

std::string address_text(const Instruction& instruction) {
  const std::string base = register_text(instruction.ra);
  if (!instruction.immediate) {
    return fmt::format("[{} + {}]", base, register_text(instruction.rb()));
  }
  const auto offset = static_cast<int32_t>(instruction.b);
  return offset == 0  ? fmt::format("[{}]", base)
         : offset < 0 ? fmt::format("[{} - {}]", base, -int64_t{offset})
                      : fmt::format("[{} + {}]", base, offset);
}

std::string operands_text(const Instruction& instruction, const Kernel& kernel) {
  const std::string rd = register_text(instruction.rd);
  const std::string ra = register_text(instruction.ra);
  const std::string rc = register_text(instruction.rc);
  switch (operand_form(instruction.opcode)) {
    case OperandForm::kNone:
      return "";
    case OperandForm::kLabel:
      return fmt::format(" L{}", instruction.b);
    case OperandForm::kUnary:
      return fmt::format(" {}, {}", rd, second_text(instruction, kernel));
    case OperandForm::kBinary:
      return fmt::format(" {}, {}, {}", rd, ra, second_text(instruction, kernel));
    case OperandForm::kTernary:
      return fmt::format(" {}, {}, {}, {}", rd, ra, second_text(instruction, kernel), rc);
    case OperandForm::kComparison:
      return fmt::format(" {}, {}, {}", predicate_text(instruction.predicate()), ra, second_text(instruction, kernel));
    case OperandForm::kLoad:
      return fmt::format(" {}, {}", rd, address_text(instruction));
    case OperandForm::kStore:
      return fmt::format(" {}, {}", address_text(instruction), rc);
  }
  return "";
}

std::string instruction_text(const Instruction& instruction, const Kernel& kernel) {
  const bool guarded = instruction.guard != hw::gpu::kTruePredicate || instruction.guard_negated;
  const std::string guard =
      guarded ? fmt::format("@{}{} ", instruction.guard_negated ? "!" : "", predicate_text(instruction.guard)) : "";
  return guard + mnemonic_text(instruction).value_or("") + operands_text(instruction, kernel);
}

/// The instructions of a kernel.
struct Extent {
  size_t begin, end;
};

/// The instruction's text if it assembles to the same word, otherwise the word.
std::string line_of(uint64_t word, const Kernel& kernel, Extent extent) {
  const auto instruction = Instruction::decode(word);
  const std::string as_word = fmt::format(".word {:#018x}", word);
  if (!instruction || !mnemonic_text(*instruction) || instruction->largest_register() >= kernel.registers) {
    return as_word;
  }
  if (instruction->opcode == Opcode::kBra) {
    Instruction plain;
    plain.opcode = Opcode::kBra;
    plain.guard = instruction->guard;
    plain.guard_negated = instruction->guard_negated;
    plain.immediate = true;
    plain.b = instruction->b;
    const bool same = plain.encode() == word && plain.b >= extent.begin && plain.b < extent.end;
    return same ? instruction_text(*instruction, kernel) : as_word;
  }
  std::string header = fmt::format(".kernel k\n.registers {}\n", kernel.registers);
  for (const std::string& parameter : kernel.parameters) {
    header += fmt::format(".parameter {}\n", parameter);
  }
  const std::string text = instruction_text(*instruction, kernel);
  return assemble(header + text + "\n", "disassembly").words.front() == word ? text : as_word;
}

std::set<size_t> branch_targets(const KernelProgram& program) {
  std::set<size_t> targets;
  for (const uint64_t word : program.words) {
    const auto instruction = Instruction::decode(word);
    if (instruction && instruction->opcode == Opcode::kBra) {
      targets.insert(instruction->b);
    }
  }
  return targets;
}

}  // namespace

std::string disassemble(const KernelProgram& program) {
  const std::set<size_t> targets = branch_targets(program);
  std::string text;
  for (size_t k = 0; k < program.kernels.size(); ++k) {
    const Kernel& kernel = program.kernels[k];
    const size_t end = k + 1 < program.kernels.size() ? program.kernels[k + 1].entry : program.words.size();
    fmt::format_to(std::back_inserter(text), ".kernel {}\n.registers {}\n", kernel.name, kernel.registers);
    for (const std::string& parameter : kernel.parameters) {
      fmt::format_to(std::back_inserter(text), ".parameter {}\n", parameter);
    }
    for (size_t address = kernel.entry; address < std::min(end, program.words.size()); ++address) {
      if (targets.count(address) != 0) {
        fmt::format_to(std::back_inserter(text), "L{}:\n", address);
      }
      fmt::format_to(std::back_inserter(text), "  {}\n", line_of(program.words[address], kernel, {kernel.entry, end}));
    }
  }
  return text;
}

}  // namespace faultline::gpu
