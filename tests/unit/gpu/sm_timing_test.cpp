#include <gtest/gtest.h>

#include "tests/support/sm_harness.h"

namespace faultline::gpu {
namespace {

using hw::gpu::KernelLaunch;

KernelLaunch launch_of(const KernelProgram& program, int threads, int blocks = 1, uint32_t shared_bytes = 0) {
  KernelLaunch launch;
  launch.entry = program.kernels.front().entry;
  launch.registers = program.kernels.front().registers;
  launch.threads = static_cast<uint16_t>(threads);
  launch.grid_x = static_cast<uint16_t>(blocks);
  launch.shared_bytes = shared_bytes;
  return launch;
}

struct Measured {
  uint64_t cycles;
  hw::gpu::SmStatistics statistics;
};

Measured run(const hw::gpu::SmConfig& config, const std::string& text, int threads, int blocks = 1,
             uint32_t shared_bytes = 0) {
  SmHarness sm(config);
  const KernelProgram program = assemble(text, "kernel");
  sm.load(program);
  const uint64_t cycles = sm.run(launch_of(program, threads, blocks, shared_bytes));
  EXPECT_TRUE(sm.core.ready());
  return {cycles, sm.core.statistics()};
}

/// One warp, worked out by hand from docs/gpu.md ("Timing"). The launch is taken in cycle 0, its block starts in cycle
/// 1, so the first instruction issues in cycle 4. ALU results are there for an instruction 4 cycles later, those of the
/// multiply-add pipeline 5, one less when no register is read, and one more for each operand that finds its register
/// bank taken.
TEST(SmTiming, ATwentyInstructionKernelIssuesAsWorkedOutByHand) {
  hw::gpu::SmConfig config = small_sm();
  config.warp_size = config.lanes = 4;
  config.partitions = 1;
  config.shared_banks = 4;
  SmHarness sm(config);
  const KernelProgram program = assemble(R"(
.kernel k
.registers 12
  mov r0, 5               // 4
  mov r1, 7               // 5
  iadd r2, r0, r1         // 8: r1 is there
  iadd r3, r0, r0         // 9
  imad r4, r2, r1, r0     // 12: r2 is there
  nop                     // 13
  setp.lt p0, r0, r1      // 14
  @p0 mov r5, 1           // 18: p0 is there
  @!p0 mov r5, 2          // 21: r5 is written; no thread takes part
  bra next                // 22
  mov r6, 9               // never
next:
  s2r r7, %thread         // 24: a taken branch costs a cycle
  shl r7, r7, 2           // 27
  sts.32 [r7], r4         // 31
  lds.32 r8, [r7]         // 33: the store has left its collector
  iadd r9, r8, 1          // 40: access in 36, 4 cycles of latency
  bar                     // 41
  dp4a r10, r9, r9, r9    // 44
  mov r11, r10            // 51: three reads of one bank
  exit                    // 52
)",
                                         "kernel");
  sm.load(program);
  const KernelLaunch launch = launch_of(program, 4, 1, 16);
  std::vector<uint64_t> issued;
  uint64_t cycle = 0;
  for (uint64_t before = 0; cycle < 1000; ++cycle) {
    sm.step(cycle == 0, launch);
    if (sm.core.statistics().instructions != before) {
      before = sm.core.statistics().instructions;
      issued.push_back(cycle);
    }
    if (sm.core.ready()) {
      break;
    }
  }
  EXPECT_EQ(issued, (std::vector<uint64_t>{4, 5, 8, 9, 12, 13, 14, 18, 21, 22, 24, 27, 31, 33, 40, 41, 44, 51, 52}));
  EXPECT_EQ(cycle, 55u);  // r11 is written
  EXPECT_EQ(sm.peek("register_file.entry[*].lane[*]", 4 * 4 + 1), 12u * 7 + 5);
  EXPECT_EQ(sm.peek("register_file.entry[*].lane[*]", 5 * 4 + 1), 1u);
  EXPECT_EQ(sm.peek("register_file.entry[*].lane[*]", 11 * 4 + 1), 90u * 90 + 90);
}

std::string repeated(const std::string& line, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += line;
  }
  return text;
}

TEST(SmTiming, LanesBoundTheRateOfInstructions) {
  hw::gpu::SmConfig config = small_sm();
  config.partitions = 1;
  config.warps = 4;
  config.collectors = 4;
  config.register_banks = 4;
  const int count = 60;
  for (const int lanes : {8, 4, 2}) {
    config.lanes = lanes;
    const Measured measured =
        run(config, ".kernel k\n.registers 4\n" + repeated("mov r0, 1\nmov r1, 2\n", count / 2) + "exit\n", 32);
    const auto beats = static_cast<uint64_t>(4 * count * 8 / lanes);
    EXPECT_GE(measured.cycles, beats) << lanes;
    EXPECT_LE(measured.cycles, beats + beats / 4 + 30) << lanes;
    EXPECT_LE(measured.statistics.instructions, measured.cycles);
  }
}

TEST(SmTiming, PartitionsIssueSideBySide) {
  hw::gpu::SmConfig config = small_sm();
  config.warps = 8;
  const std::string text = ".kernel k\n.registers 1\n" + repeated("nop\n", 200) + "exit\n";
  for (const int partitions : {1, 2, 4}) {
    config.partitions = partitions;
    const Measured measured = run(config, text, 64);
    const auto issues = static_cast<uint64_t>(8 * 201 / partitions);
    EXPECT_GE(measured.cycles, issues);
    EXPECT_LE(measured.cycles, issues + 20);
  }
}

TEST(SmTiming, SharedConflictsTakeTheirDegreeInCycles) {
  hw::gpu::SmConfig config = small_sm();
  config.lanes = 8;
  uint64_t without = 0;
  for (const auto& [stride, degree] : {std::pair{1, 1}, {3, 1}, {2, 2}, {4, 4}, {8, 8}, {0, 1}}) {
    const Measured measured = run(config,
                                  ".kernel k\n.registers 2\ns2r r0, %thread\nimad r0, r0, " +
                                      std::to_string(4 * stride) + ", rz\nlds.32 r1, [r0]\nexit\n",
                                  8, 1, 256);
    without = stride == 1 ? measured.cycles : without;
    EXPECT_EQ(measured.statistics.shared_conflicts, static_cast<uint64_t>(degree - 1)) << stride;
    EXPECT_EQ(measured.cycles, without + static_cast<uint64_t>(degree - 1)) << stride;
  }
}

TEST(SmTiming, MoreWarpsHideMemoryLatency) {
  hw::gpu::SmConfig config = small_sm();
  config.global_latency = 200;
  const std::string chain = ".kernel k\n.registers 2\nmov r0, 0\n" + repeated("ldg.32 r0, [r0]\n", 8) + "exit\n";
  std::vector<uint64_t> cycles;
  for (const int warps : {1, 2, 4, 8}) {
    cycles.push_back(run(config, chain, 8 * warps).cycles);
  }
  // The first load issues in cycle 8, each of the next when the one before is there, and the last is written at the
  // end.
  EXPECT_EQ(cycles[0], 8u + 8 * 206);
  for (size_t i = 1; i < cycles.size(); ++i) {
    EXPECT_LT(cycles[i], cycles[0] + cycles[0] / 4);  // 2, 4 and 8 times the work in about the same time
  }
}

TEST(SmTiming, StreamingKernelsFollowTheBandwidth) {
  hw::gpu::SmConfig config = small_sm();
  config.memory_transactions = 64;
  config.memory_instructions = 32;
  const std::string stream = R"(
.kernel k
.registers 14
  s2r r0, %thread
  s2r r1, %block_x
  shl r1, r1, 4
  iadd r0, r0, r1
  shl r0, r0, 2
  ldg.32 r4, [r0]
  ldg.32 r5, [r0 + 32768]
  ldg.32 r6, [r0 + 65536]
  ldg.32 r7, [r0 + 98304]
  exit
)";
  for (const int bus : {32, 16, 8, 4}) {
    config.bus_bytes = bus;
    const Measured measured = run(config, stream, 16, 80);
    const uint64_t busy = measured.statistics.global_transactions * static_cast<uint64_t>(32 / bus);
    EXPECT_EQ(measured.statistics.global_transactions, 20u * 8 * 4);
    EXPECT_GE(measured.cycles, busy);
    if (bus <= 8) {  // otherwise issue and latency bound it, not the bus
      EXPECT_LE(measured.cycles, busy + busy / 10) << bus;
    }
  }
}

TEST(SmTiming, CoalescingCountsTheSegmentsTouched) {
  for (const auto& [stride, transactions] : {std::pair{1, 1}, {4, 1}, {8, 2}, {32, 8}, {0, 1}}) {
    const Measured measured = run(small_sm(),
                                  ".kernel k\n.registers 2\ns2r r0, %thread\nimad r0, r0, " + std::to_string(stride) +
                                      ", rz\nldg.s8 r1, [r0]\nexit\n",
                                  8);
    EXPECT_EQ(measured.statistics.global_transactions, static_cast<uint64_t>(transactions)) << stride;
  }
}

}  // namespace
}  // namespace faultline::gpu
