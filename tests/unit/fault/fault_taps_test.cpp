#include "hw/fault/fault_taps.h"

#include "gtest/gtest.h"
#include "hw/common/state_register.h"

namespace faultline::hw {
namespace {

class FaultTapsTest : public testing::Test {
 protected:
  FaultTapsTest() : reg(table, "register", 8) {
    StateField wire;
    wire.path = "wire";
    wire.bits = 16;
    wire.read_wire = [](size_t) { return uint64_t{0}; };
    table.add_wire(wire);
  }

  /// The register's value in cycles 0 to `cycles` - 1 when nothing but faults writes it.
  std::vector<int> trace(int cycles) {
    std::vector<int> values;
    for (int cycle = 0; cycle < cycles; ++cycle) {
      taps.apply_registers(static_cast<uint64_t>(cycle));
      values.push_back(reg.get());
    }
    return values;
  }

  StateTable table;
  StateRegister<uint8_t> reg;
  FaultTaps taps{&table};
  const Site kRegister{0, 0};
  const Site kWire{1, 0};
};

TEST_F(FaultTapsTest, AFlipOfARegisterActsOnceAndStays) {
  taps.arm({kRegister, 0x05, FaultModel::kFlip, 2, 3, 0});
  EXPECT_EQ(trace(6), (std::vector<int>{0, 0, 5, 5, 5, 5}));
  EXPECT_EQ(taps.hits(), 1u);
}

TEST_F(FaultTapsTest, AnIntermittentFlipInvertsAtEveryOpening) {
  taps.arm({kRegister, 1, FaultModel::kFlip, 1, 1, 2});
  EXPECT_EQ(trace(6), (std::vector<int>{0, 1, 1, 0, 0, 1}));
}

TEST_F(FaultTapsTest, AStuckAtHoldsInItsWindowAndKeepsItsValueAfter) {
  taps.arm({kRegister, 0x80, FaultModel::kStuckAt1, 1, 2, 0});
  taps.apply_registers(0);
  EXPECT_EQ(reg.get(), 0);
  for (const uint64_t cycle : {1, 2}) {
    reg.set(0x01);  // the block writes its register
    taps.apply_registers(cycle);
    EXPECT_EQ(reg.get(), 0x81) << cycle;
  }
  taps.apply_registers(3);  // released, not written
  EXPECT_EQ(reg.get(), 0x81);
  reg.set(0x01);
  taps.apply_registers(4);
  EXPECT_EQ(reg.get(), 0x01);
  EXPECT_FALSE(taps.pending(3));
  EXPECT_TRUE(taps.pending(2));
}

TEST_F(FaultTapsTest, StuckAtBeatsFlipAndCoincidentFlipsCancel) {
  taps.arm({kRegister, 0x01, FaultModel::kStuckAt0, 0, 0, 0});
  taps.arm({kRegister, 0x03, FaultModel::kFlip, 1, 1, 0});
  taps.arm({kRegister, 0x02, FaultModel::kFlip, 1, 1, 0});
  EXPECT_EQ(trace(3), (std::vector<int>{0, 0, 0}));
}

TEST_F(FaultTapsTest, AWireIsPerturbedInEveryCycleOfTheWindowAndRecovers) {
  taps.arm({kWire, 0x8000, FaultModel::kFlip, 3, 2, 0});
  EXPECT_EQ(taps.apply_wire(kWire, 0x8001, 2), 0x8001u);
  EXPECT_EQ(taps.apply_wire(kWire, 0x8001, 3), 0x0001u);
  EXPECT_EQ(taps.apply_wire(kWire, 0x0001, 4), 0x8001u);
  EXPECT_EQ(taps.apply_wire(kWire, 0x0001, 5), 0x0001u);
}

TEST_F(FaultTapsTest, DisarmingLeavesNothingArmed) {
  taps.arm({kRegister, 1, FaultModel::kStuckAt1, 0, 0, 0});
  taps.arm({kWire, 1, FaultModel::kFlip, 0, 0, 0});
  EXPECT_TRUE(taps.has_wire_faults());
  taps.disarm();
  EXPECT_TRUE(taps.empty());
  EXPECT_EQ(trace(2), (std::vector<int>{0, 0}));
  EXPECT_EQ(taps.apply_wire(kWire, 7, 0), 7u);
}

/// A stuck-at is what peek and poke make of it, for elements of every size, signed and not, sign bit included.
template <typename Stored>
void expect_hold_like_poke(int bits, bool is_signed) {
  for (const FaultModel model : {FaultModel::kStuckAt0, FaultModel::kStuckAt1}) {
    for (const uint64_t value : {uint64_t{0}, uint64_t{0x5a5a5a5a5a5a5a5a}, ~uint64_t{0}}) {
      for (const int bit : {0, bits - 1}) {
        StateTable table;
        StateField field;
        field.path = "element[*]";
        field.bits = bits;
        field.is_signed = is_signed;
        field.dimensions = {3};
        auto elements = table.add<Stored>(field);
        FaultTaps taps(&table);
        const Site site{0, 1};
        const uint64_t mask = uint64_t{1} << bit;
        table.poke(site, model == FaultModel::kStuckAt1 ? value | mask : value & ~mask);
        const Stored expected = elements[1];
        table.poke(site, value);
        taps.arm({site, mask, model, 0, 0, 0});
        EXPECT_EQ(taps.apply_registers(0), 1);
        EXPECT_EQ(elements[1], expected) << bits << " bits, bit " << bit;
        EXPECT_EQ(elements[0], 0);
        EXPECT_EQ(elements[2], 0);
      }
    }
  }
}

TEST(FaultTapsSizes, AStuckAtKeepsTheStoredFormOfEveryElement) {
  expect_hold_like_poke<int8_t>(8, true);
  expect_hold_like_poke<int8_t>(5, true);
  expect_hold_like_poke<uint8_t>(1, false);
  expect_hold_like_poke<int16_t>(12, true);
  expect_hold_like_poke<int32_t>(24, true);
  expect_hold_like_poke<uint32_t>(24, false);
  expect_hold_like_poke<int64_t>(64, true);
  expect_hold_like_poke<uint64_t>(64, false);
}

}  // namespace
}  // namespace faultline::hw
