#include "hw/systolic/controller_core.h"

#include "gtest/gtest.h"

namespace faultline::hw {
namespace {

class ControllerCoreTest : public testing::Test {
 protected:
  void step(const CommandDescriptor* command = nullptr, UnitStatus dma = {}, UnitStatus post = {}) {
    static const CommandDescriptor kNone;
    core.step({command != nullptr, command != nullptr ? *command : kNone, dma, post}, cycle++);
  }
  Site site(const std::string& path) const { return {table.field_index(path), 0}; }

  AcceleratorConfig config{GridConfig(4, 3, Dataflow::kWeightStationary, Multiplier())};
  StateTable table;
  FaultTaps taps{&table};
  ControllerCore core{config, table, taps};
  uint64_t cycle = 0;
};

TEST_F(ControllerCoreTest, StartsAUnitForOneCycleAndWaitsForIt) {
  CommandDescriptor load;
  load.opcode = static_cast<int32_t>(Opcode::kLoad);
  EXPECT_TRUE(core.ready());
  step(&load);
  EXPECT_FALSE(core.ready());
  EXPECT_TRUE(core.dma_start());
  EXPECT_FALSE(core.post_start());
  step();
  EXPECT_FALSE(core.dma_start());
  step();
  EXPECT_FALSE(core.ready());
  step(nullptr, {true, false});
  EXPECT_TRUE(core.ready());
}

TEST_F(ControllerCoreTest, TrapsOnAnIllegalOpcodeAndStays) {
  for (const int32_t opcode : {0, 6, 7}) {
    table.reset();
    core.state_changed();
    CommandDescriptor illegal;
    illegal.opcode = opcode;
    step(&illegal);
    EXPECT_TRUE(core.trapped()) << opcode;
    CommandDescriptor load;
    load.opcode = 1;
    step(&load);
    EXPECT_TRUE(core.trapped()) << opcode;
    EXPECT_FALSE(core.dma_start());
  }
}

TEST_F(ControllerCoreTest, TrapsOnADmaError) {
  CommandDescriptor store;
  store.opcode = static_cast<int32_t>(Opcode::kStore);
  step(&store);
  step(nullptr, {false, true});
  EXPECT_TRUE(core.trapped());
}

TEST_F(ControllerCoreTest, EveryIllegalStateLeadsToTrap) {
  for (const uint64_t state : {5, 6, 7}) {
    table.reset();
    table.poke(site("controller.state"), state);
    core.state_changed();
    step();
    EXPECT_TRUE(core.trapped()) << state;
  }
}

TEST_F(ControllerCoreTest, CommandRegistersWrapAtTheirWidth) {
  CommandDescriptor command;
  command.opcode = static_cast<int32_t>(Opcode::kCompute);
  command.tiles = 65536 + 2;
  command.pad_value = 130;
  step(&command);
  EXPECT_EQ(core.command().tiles, 2);
  EXPECT_EQ(core.command().pad_value, -126);
}

/// Counts the words of a whole command: R + 1 cycles of prologue, folds of `period`, the last of `final_period`.
TEST_F(ControllerCoreTest, IssuesTheWordsThatTheScheduleSays) {
  CommandDescriptor compute;
  compute.opcode = static_cast<int32_t>(Opcode::kCompute);
  compute.tiles = 2;
  compute.folds = 3;
  compute.stream = 5;
  compute.period = 9;
  compute.shift_start = 3;
  compute.final_period = 15;
  compute.last_fold_rows = 2;
  compute.weight_pitch = 3;
  compute.psum_tile_step = 5;
  step(&compute);
  int cycles = 0;
  int rows = 0;
  int loads = 0;
  int shifts = 0;
  int valid_shifts = 0;
  int accumulating = 0;
  std::vector<int> first_at;
  while (!core.ready() && cycles < 1000) {
    step();
    ++cycles;
    rows += core.input_word().read ? 1 : 0;
    loads += core.input_word().control ? 1 : 0;
    shifts += core.weight_word().control ? 1 : 0;
    valid_shifts += core.weight_word().read ? 1 : 0;
    accumulating += core.sum_word().accumulate ? 1 : 0;
    if (core.input_word().first) {
      first_at.push_back(cycles);
    }
  }
  EXPECT_EQ(cycles, (4 + 1) + 5 * 9 + 15);
  EXPECT_EQ(rows, 6 * 5);
  EXPECT_EQ(loads, 6);
  EXPECT_EQ(shifts, 6 * 4);
  EXPECT_EQ(valid_shifts, 2 * (4 + 4 + 2)) << "the last fold of each tile has two rows";
  EXPECT_EQ(accumulating, 4 * 5) << "all but the first fold of each tile";
  EXPECT_EQ(first_at, (std::vector<int>{6, 15, 24, 33, 42, 51}));
}

TEST_F(ControllerCoreTest, AStruckCommandRegisterCountsFromThatCycle) {
  CommandDescriptor compute;
  compute.opcode = static_cast<int32_t>(Opcode::kCompute);
  compute.tiles = compute.folds = 1;
  compute.stream = 4;
  compute.period = 8;
  compute.shift_start = 3;
  compute.final_period = 14;
  compute.last_fold_rows = 4;
  taps.arm({site("controller.command.final_period"), 0x10, FaultModel::kFlip, 8, 1, 0});  // 14 becomes 30
  step(&compute);
  int cycles = 0;
  while (!core.ready() && cycles < 1000) {
    step();
    ++cycles;
  }
  EXPECT_EQ(cycles, 5 + 30);
}

}  // namespace
}  // namespace faultline::hw
