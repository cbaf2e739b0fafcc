#include "sim/campaign/difference_trace.h"

#include <gtest/gtest.h>

namespace faultline::campaign {
namespace {

class DifferenceTraceTest : public testing::Test {
 protected:
  DifferenceTraceTest() {
    hw::StateField grid;
    grid.path = "a.grid[*][*]";
    grid.bits = 8;
    grid.dimensions = {3, 5};
    grid_ = table.add<uint8_t>(grid, 3);
    hw::StateField scalar;
    scalar.path = "b.word";
    scalar.bits = 16;
    scalar_ = table.add<uint16_t>(scalar);
  }
  hw::StateTable table;
  hw::StateArray<uint8_t> grid_;
  hw::StateArray<uint16_t> scalar_;
};

TEST_F(DifferenceTraceTest, SaysWhenEachStructureDiffered) {
  DifferenceTrace trace(table, 10, 5);
  for (uint64_t cycle = 8; cycle < 20; ++cycle) {
    scalar_[0] = static_cast<uint16_t>(cycle);
    trace.record(cycle);
  }
  for (uint64_t cycle = 8; cycle < 20; ++cycle) {
    scalar_[0] = static_cast<uint16_t>(cycle == 13 ? 0 : cycle);
    grid_[2 * 8 + 4] = cycle == 11 || cycle == 12 || cycle > 14 ? 1 : 0;  // the last element of the last row
    trace.compare(cycle);
  }
  const std::vector<Reach> reached = trace.reached();
  ASSERT_EQ(reached.size(), 2u);
  EXPECT_EQ(reached[0].path, "a.grid[*][*]");
  EXPECT_EQ(reached[0].first_cycle, 11u);
  EXPECT_EQ(reached[0].last_cycle, 12u) << "what happens after the window is not seen";
  EXPECT_EQ(reached[1].path, "b.word");
  EXPECT_EQ(reached[1].first_cycle, 13u);
  EXPECT_EQ(trace.last_compared(), 14u);
}

TEST_F(DifferenceTraceTest, PaddingOfRowsDoesNotCount) {
  DifferenceTrace trace(table, 0, 1);
  trace.record(0);
  grid_[5] = 1;
  grid_[2 * 8 + 7] = 1;
  trace.compare(0);
  EXPECT_TRUE(trace.reached().empty());
}

}  // namespace
}  // namespace faultline::campaign
