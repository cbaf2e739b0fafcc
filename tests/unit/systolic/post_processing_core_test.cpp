#include "hw/systolic/post_processing_core.h"

#include <cstring>
#include <functional>

#include "gtest/gtest.h"
#include "hw/arithmetic/requantisation.h"

namespace faultline::hw {
namespace {

constexpr int kColumns = 3;

/// The unit with the buffers it reads: rows of sums, and bytes of an input buffer, both answered one cycle late.
class PostProcessingTest : public testing::Test {
 protected:
  /// Writes `count` bytes as DMA does.
  void load(LoadTarget target, uint32_t address, const void* bytes, uint8_t count) {
    BufferWrite write;
    write.valid = true;
    write.target = static_cast<uint8_t>(target);
    write.address = address;
    write.count = count;
    std::memcpy(write.data.bytes, bytes, count);
    step(false, write);
  }

  void load_parameters(uint32_t entry, int32_t bias, FixedPointFactor factor, int32_t residue = 0) {
    uint8_t bytes[kParameterBytes];
    std::memcpy(bytes, &bias, 4);
    std::memcpy(bytes + 4, &factor.multiplier, 4);
    std::memcpy(bytes + 8, &residue, 4);
    bytes[12] = static_cast<uint8_t>(factor.shift);
    load(LoadTarget::kParameter, entry * kParameterBytes, bytes, kParameterBytes);
  }

  void step(bool start, const BufferWrite& write = {}, const BufferRead& read = {}) {
    core.step({start, command, row, pool, write, read}, cycle++);
    const RowRequest asked = core.row_request();
    SumEdge next_row(kColumns);
    for (int lane = 0; lane < kColumns; ++lane) {
      next_row.value[lane] = asked_row_valid ? sum(asked_row, lane) : 0;
    }
    row = next_row;
    asked_row_valid = asked.valid;
    asked_row = asked.row;
    const PoolRequest window = core.pool_request();
    PoolData next_pool(kColumns);
    for (int lane = 0; lane < kColumns; ++lane) {
      next_pool.value[lane] = asked_pool_valid ? byte(asked_address + lane) : int8_t{0};
    }
    pool = next_pool;
    asked_pool_valid = window.valid;
    asked_address = window.address;
  }

  /// Runs the command; the number of cycles until `done`.
  int run() {
    step(true);
    for (int cycles = 1; cycles < 1000; ++cycles) {
      if (core.status().done) {
        return cycles;
      }
      step(false);
    }
    return -1;
  }

  int8_t output(uint32_t address) {
    step(false, {}, {true, 1, address});
    return static_cast<int8_t>(core.read_data().bytes[0]);
  }

  AcceleratorConfig config{GridConfig(2, kColumns, Dataflow::kWeightStationary, Multiplier())};
  StateTable table;
  FaultTaps taps{&table};
  PostProcessingCore core{config, table, taps};
  CommandDescriptor command;
  std::function<int32_t(int row, int lane)> sum = [](int, int) { return 0; };
  std::function<int8_t(int address)> byte = [](int) { return int8_t{0}; };
  SumEdge row{kColumns};
  PoolData pool{kColumns};
  bool asked_row_valid = false;
  bool asked_pool_valid = false;
  int asked_row = 0;
  int asked_address = 0;
  uint64_t cycle = 0;
};

TEST_F(PostProcessingTest, RequantisesWithTiesToEvenThenClamps) {
  const FixedPointFactor half = to_fixed_point(0.5);
  load_parameters(4, 1, half);
  load_parameters(5, 0, half);
  load_parameters(6, -3, half);
  sum = [](int number, int lane) { return number * 100 + lane; };
  command.opcode = static_cast<int32_t>(Opcode::kPostProcess);
  command.rows = 3;
  command.psum_base = 7;
  command.lanes = 3;
  command.parameter_base = 4;
  command.output_base = 10;
  command.output_row_stride = 3;
  command.output_lane_stride = 1;
  command.zero_point = -4;
  command.low = -100;
  command.high = 120;
  ASSERT_GT(run(), 0);
  for (int number = 0; number < 3; ++number) {
    const int bias[] = {1, 0, -3};
    for (int lane = 0; lane < kColumns; ++lane) {
      const int64_t scaled = scale((7 + number) * 100 + lane + bias[lane], half);
      EXPECT_EQ(output(static_cast<uint32_t>(10 + 3 * number + lane)), clamp(scaled - 4, -100, 120));
    }
  }
}

TEST_F(PostProcessingTest, AddsTheResidueToTheProduct) {
  load_parameters(0, 0, {1 << 30, 30}, (1 << 29) + 1);  // a little more than half a unit
  load_parameters(1, 0, {1 << 30, 30}, (1 << 29) - 1);
  sum = [](int, int) { return 10; };
  command.opcode = static_cast<int32_t>(Opcode::kPostProcess);
  command.rows = 1;
  command.lanes = 2;
  command.output_lane_stride = 1;
  ASSERT_GT(run(), 0);
  EXPECT_EQ(output(0), 11);
  EXPECT_EQ(output(1), 10);
}

TEST_F(PostProcessingTest, WritesRawSumsAsFourBytes) {
  load_parameters(0, 5, {0, 0});
  sum = [](int, int) { return -1000000; };
  command.opcode = static_cast<int32_t>(Opcode::kPostProcess);
  command.rows = 1;
  command.lanes = 1;
  command.raw = 1;
  command.output_base = 8;
  command.output_lane_stride = 4;
  ASSERT_GT(run(), 0);
  uint32_t value = 0;
  for (uint32_t i = 0; i < 4; ++i) {
    value |= static_cast<uint32_t>(static_cast<uint8_t>(output(8 + i))) << (8 * i);
  }
  EXPECT_EQ(static_cast<int32_t>(value), -999995);
}

TEST_F(PostProcessingTest, TakesParametersByRowAndCodesThroughTheTable) {
  load_parameters(0, 3, {1, 0});
  load_parameters(1, -6, {1, 0});
  uint8_t table_bytes[4] = {40, 41, 42, 43};
  load(LoadTarget::kTable, 128 + 3, table_bytes, 4);  // codes 3 to 6
  sum = [](int number, int lane) { return number == 0 ? lane : 9 + lane; };
  command.opcode = static_cast<int32_t>(Opcode::kPostProcess);
  command.rows = 2;
  command.lanes = 3;
  command.parameter_by_row = 1;
  command.use_table = 1;
  command.output_row_stride = 1;
  command.output_lane_stride = 2;
  ASSERT_GT(run(), 0);
  for (uint32_t lane = 0; lane < 3; ++lane) {
    EXPECT_EQ(output(2 * lane), static_cast<int>(40 + lane));
    EXPECT_EQ(output(2 * lane + 1), static_cast<int>(40 + lane));
  }
}

/// A 2x2 window over a 3x3 image of one channel, stride 2: the second window hangs over the edge.
TEST_F(PostProcessingTest, PoolsMaximaInsideAndSumsWithPadding) {
  byte = [](int address) { return static_cast<int8_t>(-address - 1); };  // -1 .. -9
  command.opcode = static_cast<int32_t>(Opcode::kPool);
  command.rows = 2;
  command.stream = 4;
  command.lanes = 1;
  command.input_height = 3;
  command.input_width = 3;
  command.tap_x_step = command.tap_x_last = 1;
  command.tap_y_step = command.tap_y_last = 1;
  command.tap_offset_x = 1;
  command.tap_offset_y = 2;
  command.pixel_x_step = 2;
  command.pixel_x_last = 2;
  command.pixel_offset_x = 2;
  command.pad_value = 7;
  command.output_row_stride = 1;
  command.output_lane_stride = 1;
  command.maximum = 1;
  ASSERT_GT(run(), 0);
  EXPECT_EQ(output(0), -1);
  EXPECT_EQ(output(1), -3) << "taps outside do not take part in a maximum";

  load_parameters(0, 100, {1, 0});
  command.maximum = 0;
  ASSERT_GT(run(), 0);
  EXPECT_EQ(output(0), 100 - 1 - 2 - 4 - 5);
  EXPECT_EQ(output(1), 100 - 3 + 7 - 6 + 7);
}

TEST_F(PostProcessingTest, NothingToDoIsDoneAtOnce) {
  command.opcode = static_cast<int32_t>(Opcode::kPostProcess);
  EXPECT_EQ(run(), 1);
}

TEST_F(PostProcessingTest, AnyProductAndShiftGiveACodeInsideTheClamp) {
  command.opcode = static_cast<int32_t>(Opcode::kPostProcess);
  command.rows = 1;
  command.lanes = 3;
  command.output_lane_stride = 1;
  command.zero_point = 127;
  load_parameters(0, 0, {INT32_MAX, 0});
  load_parameters(1, 0, {INT32_MIN, 0});
  load_parameters(2, 0, {INT32_MIN, 63});
  sum = [](int, int) { return INT32_MIN; };
  ASSERT_GT(run(), 0);
  EXPECT_EQ(output(0), -128);
  EXPECT_EQ(output(1), 127);
  EXPECT_EQ(output(2), 127);
}

}  // namespace
}  // namespace faultline::hw
