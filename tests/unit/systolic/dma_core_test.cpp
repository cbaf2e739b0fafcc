#include "hw/systolic/dma_core.h"

#include <vector>

#include "gtest/gtest.h"
#include "hw/memory/dram_core.h"

namespace faultline::hw {
namespace {

/// The DMA between a DRAM of 4 KiB and buffers that are plain bytes.
class DmaTest : public testing::Test {
 protected:
  DmaTest() {
    for (uint32_t i = 0; i < 4096; ++i) {
      const auto byte = static_cast<uint8_t>(i * 7 + i / 256);
      content.write(i, &byte, 1);
    }
  }

  /// Runs a transfer; cycles until `done`, or -1 when it failed.
  int run(const CommandDescriptor& command) {
    for (int cycle = 0; cycle < 1000; ++cycle) {
      const DramRequest request = dma.request();
      const DramResponse response = dram.response();
      const BeatData read_data = output_data;
      const BufferRead read = dma.read();
      dma.step({cycle == 0, command, response, read_data}, static_cast<uint64_t>(cycle));
      dram.step(request);
      if (read.valid) {
        for (int i = 0; i < read.count; ++i) {
          output_data.bytes[i] = output.at(read.address + static_cast<uint32_t>(i));
        }
      }
      const BufferWrite write = dma.write();
      if (write.valid) {
        EXPECT_EQ(write.target, static_cast<uint8_t>(LoadTarget::kWeight));
        for (int i = 0; i < write.count; ++i) {
          buffer.at(write.address + static_cast<uint32_t>(i)) = write.data.bytes[i];
        }
      }
      if (dma.status().error) {
        return -1;
      }
      if (dma.status().done) {
        return cycle;
      }
    }
    return -2;
  }

  AcceleratorConfig config{GridConfig(2, 2, Dataflow::kWeightStationary, Multiplier())};
  StateTable table;
  FaultTaps taps{&table};
  DramContent content{4096};
  DmaCore dma{config, table, taps};
  DramCore dram{config.dram_latency, content, table};
  BeatData output_data;
  std::vector<uint8_t> buffer = std::vector<uint8_t>(512);
  std::vector<uint8_t> output = std::vector<uint8_t>(512);
};

TEST_F(DmaTest, LoadsRowsWithTheirStrides) {
  CommandDescriptor command;
  command.opcode = static_cast<int32_t>(Opcode::kLoad);
  command.target = static_cast<int32_t>(LoadTarget::kWeight);
  command.dram_address = 100;
  command.dram_stride = 300;
  command.buffer_address = 5;
  command.buffer_stride = 50;
  command.rows = 3;
  command.row_bytes = 37;
  const int cycles = run(command);
  // Three beats a row, one a cycle: the start, then a request register, the latency and the answer's register.
  EXPECT_EQ(cycles, 1 + 3 * 3 + config.dram_latency);
  for (uint32_t row = 0; row < 3; ++row) {
    for (uint32_t i = 0; i < 37; ++i) {
      uint8_t expected = 0;
      content.read(100 + row * 300 + i, &expected, 1);
      ASSERT_EQ(buffer[5 + row * 50 + i], expected) << row << " " << i;
    }
    EXPECT_EQ(buffer[5 + row * 50 + 37], 0) << "nothing after the row";
  }
}

TEST_F(DmaTest, StoresRowsWithTheirStrides) {
  for (size_t i = 0; i < output.size(); ++i) {
    output[i] = static_cast<uint8_t>(3 * i + 1);
  }
  content.mark_clean();
  CommandDescriptor command;
  command.opcode = static_cast<int32_t>(Opcode::kStore);
  command.dram_address = 200;
  command.dram_stride = 64;
  command.buffer_address = 9;
  command.buffer_stride = 40;
  command.rows = 2;
  command.row_bytes = 20;
  ASSERT_GT(run(command), 0);
  for (uint32_t row = 0; row < 2; ++row) {
    for (uint32_t i = 0; i < 20; ++i) {
      uint8_t stored = 0;
      content.read(200 + row * 64 + i, &stored, 1);
      ASSERT_EQ(stored, output[9 + row * 40 + i]) << row << " " << i;
    }
  }
}

TEST_F(DmaTest, FailsForGoodOnAnAddressOutsideDram) {
  CommandDescriptor command;
  command.opcode = static_cast<int32_t>(Opcode::kLoad);
  command.target = static_cast<int32_t>(LoadTarget::kWeight);
  command.dram_address = 4090;
  command.rows = 1;
  command.row_bytes = 20;
  EXPECT_EQ(run(command), -1);
  command.dram_address = 0;
  EXPECT_EQ(run(command), -1);
}

TEST_F(DmaTest, AStruckCountMovesNoMoreThanABeat) {
  for (const char* path : {"dma.request.count", "dma.write.count", "dma.read.count"}) {
    table.poke({table.field_index(path), 0}, 127);
  }
  EXPECT_EQ(dma.request().count, config.bus_bytes);
  EXPECT_EQ(dma.write().count, config.bus_bytes);
  EXPECT_EQ(dma.read().count, config.bus_bytes);
}

TEST_F(DmaTest, NothingToMoveIsDoneAtOnce) {
  CommandDescriptor command;
  command.opcode = static_cast<int32_t>(Opcode::kLoad);
  command.rows = 4;
  EXPECT_EQ(run(command), 0);
}

}  // namespace
}  // namespace faultline::hw
