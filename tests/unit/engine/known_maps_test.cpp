#include "sim/engine/known_maps.h"

#include "gtest/gtest.h"
#include "hw/common/counter_random.h"
#include "hw/systolic/cycle_grid_core.h"

namespace faultline::engine {
namespace {

/// A 3x5 array's fields, and random maps on them.
class KnownMapsTest : public testing::Test {
 protected:
  std::vector<hw::Fault> map(uint64_t number) const {
    hw::CounterRandom random(kMapSeed, number);
    std::vector<hw::Fault> faults;
    for (size_t element = 0; element < 15; ++element) {
      hw::Fault fault;
      fault.site = {table.field_index("array.pe[*][*].product"), element};
      fault.mask = random.uniform(0x10000);
      fault.model = random.uniform(2) == 0 ? hw::FaultModel::kStuckAt0 : hw::FaultModel::kStuckAt1;
      fault.duration = 0;
      faults.push_back(fault);
    }
    return faults;
  }
  void expect_taken_up(uint64_t number) {
    ASSERT_TRUE(known.take(map(number), table, config));
    const auto made = StuckArray<int8_t>::of(map(number), table, config);
    for (int row = 0; row < config.rows; ++row) {
      for (int column = 0; column < config.columns; ++column) {
        EXPECT_EQ(known.array().element(row, column).product.of(int16_t{0x55}),
                  made->element(row, column).product.of(int16_t{0x55}))
            << "seed " << kMapSeed << ", map " << number;
      }
    }
  }

  static constexpr uint64_t kMapSeed = 31;
  hw::GridConfig config{3, 5, hw::Dataflow::kWeightStationary, hw::Multiplier()};
  hw::StateTable table;
  hw::FaultTaps taps{&table};
  hw::CycleGridCore registers{config, table, taps, [](size_t) { return uint64_t{0}; }};
  KnownMaps<int8_t> known;
};

TEST_F(KnownMapsTest, AreRightInAnyOrderAndBeyondTheirNumber) {
  for (uint64_t number = 0; number < 40; ++number) {
    expect_taken_up(number);
    expect_taken_up(number / 2);
  }
  expect_taken_up(0);
  expect_taken_up(39);
}

TEST_F(KnownMapsTest, RememberThatAMapCannotBeFollowed) {
  std::vector<hw::Fault> brief = map(0);
  brief.front().duration = 3;
  EXPECT_FALSE(known.take(brief, table, config));
  expect_taken_up(0);
  EXPECT_FALSE(known.take(brief, table, config));
}

}  // namespace
}  // namespace faultline::engine
