#include "hw/systolic/column_map.h"

#include <numeric>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "hw/common/invalid_configuration.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/spare_column_unit_core.h"

namespace faultline::hw {
namespace {

std::vector<int> places(const ColumnMap& map, int columns) {
  std::vector<int> all;
  for (int column = 0; column < columns; ++column) {
    all.push_back(map.logical(column));
  }
  return all;
}

GridConfig grid_with(int columns, const SpareColumns& spares) {
  GridConfig grid(2, columns, Dataflow::kWeightStationary, Multiplier());
  grid.add_spare_columns(spares);
  return grid;
}

TEST(ColumnMap, LetsEveryColumnStandForItself) {
  std::vector<int> own(256);
  std::iota(own.begin(), own.end(), 0);
  EXPECT_EQ(places(ColumnMap(256), 256), own);
}

TEST(ColumnMap, MovesEastPastColumnsThatAreLeftOut) {
  constexpr int kNone = ColumnMap::kUnused;
  EXPECT_EQ(places(grid_with(3, {2, {}}).column_map, 5), (std::vector<int>{0, 1, 2, kNone, kNone}));
  EXPECT_EQ(places(grid_with(3, {2, {0}}).column_map, 5), (std::vector<int>{kNone, 0, 1, 2, kNone}));
  EXPECT_EQ(places(grid_with(3, {2, {2, 1}}).column_map, 5), (std::vector<int>{0, kNone, kNone, 1, 2}));
  EXPECT_EQ(places(grid_with(3, {2, {4}}).column_map, 5), (std::vector<int>{0, 1, 2, kNone, kNone}));
  EXPECT_EQ(places(grid_with(1, {1, {0}}).column_map, 2), (std::vector<int>{kNone, 0}));
}

/// Against the definition, for every pattern of registers that faults may leave.
TEST(ColumnMap, IsWhatTheContractSaysForEveryPatternOfRegisters) {
  constexpr int kColumns = 9;
  for (int spares = 1; spares <= 3; ++spares) {
    for (unsigned pattern = 0; pattern < 1U << kColumns; ++pattern) {
      std::vector<uint8_t> skip;
      for (int column = 0; column < kColumns; ++column) {
        skip.push_back(pattern >> column & 1);
      }
      const ColumnMap map(skip.data(), kColumns, spares);
      for (int column = 0; column < kColumns; ++column) {
        const int to_west = std::accumulate(skip.begin(), skip.begin() + column, 0);
        const bool used =
            skip[static_cast<size_t>(column)] == 0 && to_west <= spares && column - to_west < kColumns - spares;
        ASSERT_EQ(map.logical(column), used ? column - to_west : ColumnMap::kUnused) << pattern << ", " << column;
        if (used) {
          ASSERT_EQ(map.physical(column - to_west), column) << pattern;
        }
      }
    }
  }
}

TEST(ColumnMap, IsThatOfTheRegistersAfterResetAndUnderFaults) {
  AcceleratorConfig config{GridConfig(2, 3, Dataflow::kOutputStationary, Multiplier())};
  ProtectionConfig units;
  units.spare_columns = SpareColumns{1, {1}};
  config.protect(units);
  StateTable table;
  FaultTaps taps{&table};
  SpareColumnUnitCore core(config, table, taps);
  const size_t skip = table.field_index("protection.spare_columns.skip[*]");
  ASSERT_EQ(table.fields()[skip].element_count(), 4U);
  table.reset();
  core.state_changed();
  EXPECT_EQ(core.map(), config.grid.column_map);
  EXPECT_FALSE(core.step(0));
  taps.arm({{skip, 1}, 1, FaultModel::kFlip, 3, 1, 0});
  taps.arm({{skip, 3}, 1, FaultModel::kFlip, 3, 1, 0});
  EXPECT_FALSE(core.step(2));
  EXPECT_TRUE(core.step(3));
  EXPECT_EQ(places(core.map(), 4), (std::vector<int>{0, 1, 2, ColumnMap::kUnused}));
}

std::string refusal(int columns, const SpareColumns& spares) {
  try {
    grid_with(columns, spares);
  } catch (const InvalidConfiguration& error) {
    return error.what();
  }
  return "";
}

TEST(GridConfig, RefusesSpareColumnsThatCannotBe) {
  EXPECT_NE(refusal(3, {0, {}}), "");
  EXPECT_NE(refusal(255, {2, {}}), "");
  EXPECT_EQ(refusal(255, {1, {255}}), "");
  EXPECT_NE(refusal(3, {1, {4}}), "");
  EXPECT_NE(refusal(3, {1, {-1}}), "");
  EXPECT_NE(refusal(3, {2, {1, 1}}), "");
  EXPECT_NE(refusal(3, {1, {0, 1}}), "");
}

TEST(AcceleratorConfig, GivesAndTakesSpareColumns) {
  AcceleratorConfig config{GridConfig(2, 3, Dataflow::kWeightStationary, Multiplier())};
  ProtectionConfig units;
  units.spare_columns = SpareColumns{2, {0}};
  config.protect(units);
  config.protect(units);
  EXPECT_EQ(config.grid.columns, 5);
  EXPECT_EQ(config.grid.used_columns(), 3);
  units.checksum = ArrayChecksum{};
  config.protect(units);
  EXPECT_THROW(config.validate(), InvalidConfiguration);
  config.protect({});
  EXPECT_EQ(config.grid.columns, 3);
  EXPECT_EQ(config.grid.column_map, ColumnMap(3));
}

}  // namespace
}  // namespace faultline::hw
