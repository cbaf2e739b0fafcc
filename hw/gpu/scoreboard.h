#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/gpu/instruction.h"
#include "hw/gpu/sm_config.h"

namespace faultline::hw::gpu {

/// Registers and predicates of each warp that an instruction under way will write. An instruction that reads or writes
/// one of them does not issue.
class Scoreboard {
 public:
  Scoreboard(const SmConfig& config, StateTable& table)
      : registers_(table, "scoreboard.warp[*].registers", 64, {config.warps}),
        predicates_(table, "scoreboard.warp[*].predicates", kPredicates, {config.warps}) {}

  bool blocks(int warp, const Instruction& instruction) const {
    const OpcodeInfo& info = instruction.info();
    uint64_t registers = 0;
    const auto add = [&registers](bool used, int number) { registers |= used ? uint64_t{1} << (number & 63) : 0; };
    add(info.writes_register, instruction.rd);
    add(info.reads_a, instruction.ra);
    add(instruction.reads_register_b(), instruction.rb());
    add(info.reads_c, instruction.rc);
    add(info.reads_c_pair, instruction.register_after_c());
    uint32_t predicates = uint32_t{1} << instruction.guard;
    predicates |= info.writes_predicate ? uint32_t{1} << instruction.predicate() : 0;
    const auto w = static_cast<size_t>(warp);
    return ((registers_.get(w) & registers) | (predicates_.get(w) & predicates)) != 0;
  }

  void set(int warp, const Instruction& instruction) const { mark(warp, instruction, true); }
  void clear(int warp, const Instruction& instruction) const { mark(warp, instruction, false); }
  void clear_all(int warp) const {
    registers_.data()[warp] = 0;
    predicates_.data()[warp] = 0;
  }

 private:
  void mark(int warp, const Instruction& instruction, bool pending) const {
    const OpcodeInfo& info = instruction.info();
    if (info.writes_register && instruction.rd != kZeroRegister) {
      const uint64_t bit = uint64_t{1} << instruction.rd;
      uint64_t& registers = registers_.data()[warp];
      registers = pending ? registers | bit : registers & ~bit;
    }
    if (info.writes_predicate && instruction.predicate() != kTruePredicate) {
      const auto bit = static_cast<uint8_t>(1U << instruction.predicate());
      uint8_t& predicates = predicates_.data()[warp];
      predicates = static_cast<uint8_t>(pending ? predicates | bit : predicates & ~bit);
    }
  }

  StateRegister<uint64_t> registers_;
  StateRegister<uint8_t> predicates_;
};

}  // namespace faultline::hw::gpu
