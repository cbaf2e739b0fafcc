#include <gtest/gtest.h>

#include "hw/arithmetic/requantisation.h"
#include "hw/common/counter_random.h"
#include "hw/common/invalid_configuration.h"
#include "sim/gpu/gemm_launch.h"
#include "sim/gpu/kernel_library.h"
#include "tests/support/sm_harness.h"

namespace faultline::gpu {
namespace {

using hw::gpu::KernelLaunch;
using hw::gpu::SmCore;

KernelLaunch launch_of(const KernelProgram& program, int threads, int blocks = 1, uint32_t shared_bytes = 0) {
  KernelLaunch launch;
  launch.registers = program.kernels.front().registers;
  launch.threads = static_cast<uint16_t>(threads);
  launch.grid_x = static_cast<uint16_t>(blocks);
  launch.shared_bytes = shared_bytes;
  return launch;
}

SmCore::Cause cause_of(const std::string& text) {
  SmHarness sm(small_sm());
  const KernelProgram program = assemble(text, "kernel");
  sm.load(program);
  sm.run(launch_of(program, 8, 1, 64), 1000);
  EXPECT_TRUE(sm.core.trapped());
  return sm.core.cause();
}

TEST(SmCore, ThreadsThatPartMeetAgain) {
  SmHarness sm(small_sm());
  // Each thread loops as often as its number says; then all store together.
  const KernelProgram program = assemble(R"(
.kernel k
.registers 6
  s2r r0, %thread
  mov r1, 0
  mov r2, r0
again:
  setp.le p0, r2, 0
  @p0 bra done
  iadd r1, r1, r2
  isub r2, r2, 1
  bra again
done:
  shl r3, r0, 2
  stg.32 [r3], r1
  exit
)",
                                         "kernel");
  sm.load(program);
  sm.run(launch_of(program, 24));
  ASSERT_TRUE(sm.core.ready());
  const auto sums = sm.read<int32_t>(0, 24);
  for (int thread = 0; thread < 24; ++thread) {
    EXPECT_EQ(sums[static_cast<size_t>(thread)], thread * (thread + 1) / 2);
  }
  // Stores of one warp meet in one transaction each.
  EXPECT_EQ(sm.core.statistics().global_transactions, 3u);
}

TEST(SmCore, BarriersHoldUntilEveryWarpHasCome) {
  SmHarness sm(small_sm());
  // Thread i writes i, then reads what the last thread but i wrote.
  const KernelProgram program = assemble(R"(
.kernel k
.registers 8
  s2r r0, %thread
  s2r r1, %threads
  shl r2, r0, 2
  mov r6, r0            // warps come at different times
wait:
  isub r6, r6, 1
  setp.gt p0, r6, 0
  @p0 bra wait
  sts.32 [r2], r0
  bar
  isub r3, r1, 1
  isub r3, r3, r0
  shl r3, r3, 2
  lds.32 r4, [r3]
  stg.32 [r2], r4
  exit
)",
                                         "kernel");
  sm.load(program);
  sm.run(launch_of(program, 60, 1, 256));
  ASSERT_TRUE(sm.core.ready());
  const auto values = sm.read<int32_t>(0, 60);
  for (int thread = 0; thread < 60; ++thread) {
    EXPECT_EQ(values[static_cast<size_t>(thread)], 59 - thread);
  }
}

TEST(SmCore, AThreadsMemoryAccessesStayInOrder) {
  SmHarness sm(small_sm());
  const KernelProgram program = assemble(R"(
.kernel k
.registers 4
  s2r r0, %thread
  shl r1, r0, 2
  ldg.32 r2, [r1]
  stg.32 [r1], r0
  ldg.32 r3, [r1]
  iadd r2, r2, r3
  stg.32 [r1 + 256], r2
  exit
)",
                                         "kernel");
  sm.load(program);
  sm.write(0, std::vector<int32_t>(8, 1000));
  sm.run(launch_of(program, 8));
  const auto values = sm.read<int32_t>(256, 8);
  for (int thread = 0; thread < 8; ++thread) {
    EXPECT_EQ(values[static_cast<size_t>(thread)], 1000 + thread);
  }
}

TEST(SmCore, ReqIsTheRequantisationOfTheContract) {
  const uint64_t seed = 9001;
  hw::CounterRandom random(seed, 0);
  const KernelProgram program = assemble(R"(
.kernel k
.registers 6
  s2r r0, %thread
  shl r0, r0, 4
  ldg.32 r1, [r0]
  ldg.32 r2, [r0 + 4]
  ldg.32 r4, [r0 + 8]
  ldg.32 r5, [r0 + 12]
  req r1, r1, r2, r4
  stg.32 [r0], r1
  exit
)",
                                         "kernel");
  SmHarness sm(small_sm());
  sm.load(program);
  for (int round = 0; round < 20; ++round) {
    std::vector<int32_t> operands;
    std::vector<int32_t> expected;
    for (int thread = 0; thread < 64; ++thread) {
      const auto value = static_cast<int32_t>(random.next_u64()) >> random.uniform(24);
      const auto multiplier = static_cast<int32_t>(random.next_u64() >> 33);
      const auto residue = static_cast<int32_t>(random.next_u64()) >> 2;
      const auto shift = static_cast<int32_t>(random.uniform(64));
      operands.insert(operands.end(), {value, multiplier, residue, shift});
      expected.push_back(hw::clamp(hw::scale(value, {multiplier, shift}, residue), -(1 << 20), 1 << 20));
    }
    sm.write(0, operands);
    sm.run(launch_of(program, 64));
    const auto results = sm.read<int32_t>(0, 256);
    for (size_t thread = 0; thread < 64; ++thread) {
      ASSERT_EQ(results[4 * thread], expected[thread]) << "seed " << seed << " round " << round;
    }
  }
}

TEST(SmCore, WhatIsIllegalTraps) {
  EXPECT_EQ(cause_of(".kernel k\n.word 0\n"), SmCore::Cause::kIllegalInstruction);
  EXPECT_EQ(cause_of(".kernel k\nnop\n"), SmCore::Cause::kIllegalInstruction);  // runs off its end
  EXPECT_EQ(cause_of(".kernel k\n.registers 1\n.word 0x1000000a03\nexit\n"),    // mov r2 of 1 register
            SmCore::Cause::kIllegalInstruction);
  EXPECT_EQ(cause_of(".kernel k\n.registers 1\nldg.32 r0, [rz + 1048576]\nexit\n"), SmCore::Cause::kIllegalAddress);
  EXPECT_EQ(cause_of(".kernel k\n.registers 1\nldg.32 r0, [rz - 4]\nexit\n"), SmCore::Cause::kIllegalAddress);
  EXPECT_EQ(cause_of(".kernel k\n.registers 1\nldg.32 r0, [rz + 2]\nexit\n"), SmCore::Cause::kIllegalAddress);
  EXPECT_EQ(cause_of(".kernel k\n.registers 1\nsts.8 [rz + 64], r0\nexit\n"), SmCore::Cause::kIllegalAddress);
  SmHarness sm(small_sm());
  KernelLaunch too_large;
  too_large.threads = 65;
  sm.run(too_large);
  EXPECT_EQ(sm.core.cause(), SmCore::Cause::kIllegalLaunch);
}

TEST(SmCore, ConfigurationsSayWhatIsWrong) {
  hw::gpu::SmConfig config;
  config.warp_size = 24;
  EXPECT_THROW(config.validate(), hw::InvalidConfiguration);
  config = {};
  config.lanes = 64;
  EXPECT_THROW(config.validate(), hw::InvalidConfiguration);
  config = {};
  config.scheduler = "fifo";
  hw::StateTable table;
  hw::FaultTaps taps(&table);
  EXPECT_THROW(SmCore(config, table, taps), hw::InvalidConfiguration);
}

/// A product of 9 x 13 x 7 with some faults armed, for at most `limit` cycles.
struct StruckProduct {
  explicit StruckProduct(const std::vector<hw::Fault>& faults, uint64_t limit = 20'000) : sm(small_sm()) {
    sm.load(kernel_library());
    std::vector<int8_t> operands(16 * 16);
    for (size_t i = 0; i < operands.size(); ++i) {
      operands[i] = static_cast<int8_t>(i * 37 + 11);
    }
    sm.write(0, operands);
    sm.write(4096, operands);
    GemmPlacement place;
    place.rows = 9;
    place.depth = 13;
    place.columns = 7;
    place.a_pitch = place.b_pitch = 16;
    place.b = 4096;
    place.c = 8192;
    place.c_row_step = 28;
    for (const hw::Fault& fault : faults) {
      sm.taps.arm(fault);
    }
    cycles = sm.run(gemm_launch(kernel_library(), sm.config, place), limit);
    c = sm.read<int32_t>(8192, 63);
  }

  bool operator==(const StruckProduct& other) const {
    return cycles == other.cycles && c == other.c && sm.table.equals(other.sm.table.snapshot());
  }

  SmHarness sm;
  uint64_t cycles = 0;
  std::vector<int32_t> c;
};

TEST(SmFaults, AFaultThatNeverOpensChangesNothing) {
  const StruckProduct golden({});
  hw::Fault later;
  later.site = {golden.sm.table.field_index("warp[*].age"), 0};
  later.mask = 1;
  later.start = golden.cycles + 1000;
  EXPECT_TRUE(StruckProduct({later}) == golden);
}

/// Whatever bit is struck whenever: the run completes, traps or runs on, and does so every time.
TEST(SmFaults, AnyFlipOfAnyFieldHasADefinedOutcome) {
  const uint64_t seed = 9002;
  const StruckProduct golden({});
  const auto& fields = golden.sm.table.fields();
  int differing = 0;
  int trapped = 0;
  int hanging = 0;
  int number = 0;
  for (size_t field = 0; field < fields.size(); ++field) {
    for (int repetition = 0; repetition < 4; ++repetition, ++number) {
      if (fields[field].kind == hw::StateKind::kEnvironment) {
        continue;
      }
      hw::CounterRandom random(seed, static_cast<uint64_t>(number));
      hw::Fault fault;
      fault.site = {field, random.uniform(fields[field].element_count())};
      fault.mask = uint64_t{1} << random.uniform(static_cast<uint64_t>(fields[field].bits));
      fault.model = random.uniform(3) == 0 ? hw::FaultModel::kStuckAt1 : hw::FaultModel::kFlip;
      fault.duration = 1 + random.uniform(200);
      fault.start = random.uniform(golden.cycles);
      const StruckProduct struck({fault}, 3 * golden.cycles);
      ASSERT_EQ(struck.sm.core.ready() || struck.sm.core.trapped(), struck.cycles < 3 * golden.cycles)
          << fields[field].path << " seed " << seed << " number " << number;
      trapped += struck.sm.core.trapped() ? 1 : 0;
      hanging += struck.cycles == 3 * golden.cycles ? 1 : 0;
      differing += struck.sm.core.ready() && struck.c != golden.c ? 1 : 0;
      if (repetition == 0) {
        ASSERT_TRUE(StruckProduct({fault}, 3 * golden.cycles) == struck) << fields[field].path;
      }
    }
  }
  EXPECT_GT(trapped, 0);
  EXPECT_GT(hanging, 0);
  EXPECT_GT(differing, 0);
}

TEST(SmFaults, AStuckProductOfOneLaneSpoilsThatLanesSums) {
  const StruckProduct golden({});
  hw::Fault fault;
  fault.site.field = golden.sm.table.field_index("partition[*].mac_lane[*].product[*]");
  fault.site.element = (0 * 4 + 2) * 4 + 1;  // partition 0, lane 2, byte 1
  fault.mask = 1 << 14;
  fault.model = hw::FaultModel::kStuckAt1;
  fault.duration = 0;
  const StruckProduct struck({fault});
  EXPECT_EQ(struck.cycles, golden.cycles);
  // Lane 2 works for threads 2 and 6 of each warp: columns 2 and 6 of an 8 wide tile. Even warps belong to partition 0.
  int spoiled = 0;
  for (size_t row = 0; row < 9; ++row) {
    for (size_t column = 0; column < 7; ++column) {
      const bool same = struck.c[row * 7 + column] == golden.c[row * 7 + column];
      EXPECT_TRUE(same || ((column == 2 || column == 6) && row % 2 == 0)) << row << " " << column;
      spoiled += same ? 0 : 1;
    }
  }
  EXPECT_GT(spoiled, 0);
}

TEST(SmFaults, AWireActsAtTheEdgeThatEndsItsCycle) {
  const KernelProgram program = assemble(R"(
.kernel k
.registers 3
  mov r0, 16843009
  dp4a r1, r0, r0, r0
  s2r r2, %thread
  shl r2, r2, 2
  stg.32 [r2], r1
  exit
)",
                                         "kernel");
  const auto partial = [&](uint64_t cycles) {
    SmHarness sm(small_sm());
    sm.load(program);
    sm.run(launch_of(program, 8), cycles);
    return sm.table.peek({sm.table.field_index("partition[*].mac_lane[*].partial[*]"), 0});
  };
  uint64_t cycles = 1;  // up to the edge that stores the product of lane 0's first thread
  while (partial(cycles) == 0) {
    ASSERT_LT(++cycles, 100U);
  }
  const uint64_t settled = cycles - 2;  // the cycle before the last of them
  for (uint64_t start = settled - 3; start < settled + 5; ++start) {
    SmHarness sm(small_sm());
    sm.load(program);
    hw::Fault fault;
    fault.site = {sm.table.field_index("partition[*].mac_lane[*].product[*]"), 0};
    fault.mask = 1 << 5;
    fault.start = start;
    sm.taps.arm(fault);
    sm.run(launch_of(program, 8));
    const std::vector<int32_t> sums = sm.read<int32_t>(0, 8);
    EXPECT_EQ(sums[0] != sums[1], start == settled) << start;
    EXPECT_EQ(sums[4] != sums[1], start == settled + 1) << start;  // the lane's second thread
  }
}

TEST(SmFaults, AnUpsetOfTheRegisterFileIsSeenInTheStore) {
  const KernelProgram program = assemble(R"(
.kernel k
.registers 3
  s2r r0, %thread
  shl r1, r0, 2
  mov r2, 1024
)" +
                                             [] {
                                               std::string waiting;
                                               for (int i = 0; i < 40; ++i) {
                                                 waiting += "  nop\n";
                                               }
                                               return waiting;
                                             }() +
                                             "  stg.32 [r1], r2\n  exit\n",
                                         "kernel");
  SmHarness sm(small_sm());
  sm.load(program);
  hw::Fault fault;
  fault.site = {sm.table.field_index("register_file.entry[*].lane[*]"), 2 * 8 + 5};  // r2 of warp 0, thread 5
  fault.mask = 6;
  fault.start = 30;
  sm.taps.arm(fault);
  sm.run(launch_of(program, 8));
  EXPECT_EQ(sm.read<int32_t>(0, 8), (std::vector<int32_t>{1024, 1024, 1024, 1024, 1024, 1030, 1024, 1024}));
}

}  // namespace
}  // namespace faultline::gpu
