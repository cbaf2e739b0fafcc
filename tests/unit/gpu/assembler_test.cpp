#include "sim/gpu/assembler.h"

#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "hw/gpu/instruction.h"
#include "sim/config/user_error.h"
#include "sim/gpu/kernel_library.h"

namespace faultline::gpu {
namespace {

using hw::gpu::Instruction;
using hw::gpu::Opcode;

std::string complaint(const std::string& text) {
  try {
    assemble(text, "k.s");
  } catch (const UserError& error) {
    return error.what();
  }
  return "none";
}

TEST(Assembler, EncodesTheFieldsOfEachForm) {
  const KernelProgram program = assemble(R"(
.kernel k
.registers 8
.parameter first
.parameter second
.alias sum r4
start:
  imad sum, r1, -7, r3
  setp.ge p2, r1, r2     // a comparison
  @!p2 bra start
  ldp r5, %second
  s2r r6, %block_y
  ldg.s8 r1, [r2 - 4]
  sts.32 [r3 + r4], rz   ; a register as offset
  exit
)",
                                         "k.s");
  const auto at = [&](size_t i) { return *Instruction::decode(program.words.at(i)); };
  ASSERT_EQ(program.words.size(), 8u);
  EXPECT_EQ(at(0).opcode, Opcode::kImad);
  EXPECT_EQ(at(0).rd, 4);
  EXPECT_EQ(at(0).ra, 1);
  EXPECT_EQ(at(0).rc, 3);
  EXPECT_TRUE(at(0).immediate);
  EXPECT_EQ(at(0).b, static_cast<uint32_t>(-7));
  EXPECT_EQ(at(1).predicate(), 2);
  EXPECT_EQ(at(1).modifier, static_cast<uint8_t>(hw::gpu::Comparison::kGreaterEqual));
  EXPECT_FALSE(at(1).immediate);
  EXPECT_EQ(at(1).rb(), 2);
  EXPECT_EQ(at(2).guard, 2);
  EXPECT_TRUE(at(2).guard_negated);
  EXPECT_EQ(at(2).b, 0u);
  EXPECT_EQ(at(3).b, 1u);
  EXPECT_EQ(at(4).b, static_cast<uint32_t>(hw::gpu::SpecialRegister::kBlockY));
  EXPECT_EQ(at(5).b, static_cast<uint32_t>(-4));
  EXPECT_FALSE(at(6).immediate);
  EXPECT_EQ(at(6).rc, hw::gpu::kZeroRegister);
  EXPECT_EQ(program.kernels.front().parameters, (std::vector<std::string>{"first", "second"}));
}

TEST(Assembler, TextOfAnyProgramAssemblesToTheSameProgram) {
  const uint64_t seed = 20261;
  SCOPED_TRACE(seed);
  hw::CounterRandom random(seed, 0);
  KernelProgram program;
  program.kernels = {{"one", 0, 40, {"a", "b"}}, {"two", 300, 63, {}}};
  for (int i = 0; i < 700; ++i) {
    // Half are words of any kind, half have an opcode that exists.
    uint64_t word = random.next_u64();
    if (random.uniform(2) == 0) {
      word = (word & ~uint64_t{63}) | (1 + random.uniform(hw::gpu::kOpcodes - 1));
    }
    program.words.push_back(word);
  }
  EXPECT_EQ(assemble(disassemble(program), "round trip"), program);
}

TEST(Assembler, TheShippedKernelsSurviveTextAndFile) {
  const KernelProgram& library = kernel_library();
  EXPECT_EQ(assemble(disassemble(library), "round trip"), library);
  EXPECT_EQ(from_bytes(to_bytes(library), "file"), library);
}

TEST(Assembler, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(complaint("mov r1, 2\n"), "k.s:1: stands before the first kernel; begin a kernel with `.kernel NAME`");
  EXPECT_EQ(complaint(".kernel k\n.registers 4\n  mow r1, 2\n"),
            "k.s:3: instruction 'mow' is unknown; see the list of instructions in docs/gpu.md");
  EXPECT_EQ(complaint(".kernel k\n.registers 4\n mov r4, 2\n"),
            "k.s:3: r4 is not among the kernel's 4 registers; raise .registers or use a lower one");
  EXPECT_EQ(complaint(".kernel k\n.registers 4\n mov r1 2\n"), "k.s:3: ',' is missing before '2'; write a ',' there");
  EXPECT_EQ(complaint(".kernel k\n bra nowhere\n"),
            "k.s:2: label 'nowhere' is not in kernel 'k'; define it as `name:` in the same kernel");
  EXPECT_EQ(complaint(".kernel k\na:\na:\n exit\n"),
            "k.s:3: label 'a' appears twice in the kernel; give each label its own name");
  EXPECT_EQ(complaint(".kernel k\n.registers 99\n"), "k.s:2: '99' is out of range; give a whole number from 1 to 63");
  EXPECT_EQ(complaint(".kernel k\n.registers 4\n iadd r1, r2, 4294967296\n"),
            "k.s:3: '4294967296' is neither a register nor a number of 32 bits; give r0 to r62, rz, an alias or a "
            "number");
  EXPECT_EQ(complaint(".kernel k\n exit now\n"), "k.s:2: 'now' is left over; write one instruction per line");
  EXPECT_EQ(complaint("// nothing\n"), "k.s:1: holds no kernel; begin one with `.kernel NAME`");
  EXPECT_EQ(complaint(".kernel k\n"), "k.s:1: kernel 'k' holds no instruction; end it at least with `exit`");
}

TEST(Assembler, RefusesDamagedProgramFiles) {
  const std::vector<uint8_t> whole = to_bytes(kernel_library());
  for (size_t size = 0; size < whole.size(); size += 1 + size / 8) {
    EXPECT_THROW(from_bytes({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}, "file"), UserError);
  }
  std::vector<uint8_t> longer = whole;
  longer.push_back(0);
  EXPECT_THROW(from_bytes(longer, "file"), UserError);
}

}  // namespace
}  // namespace faultline::gpu
