#include "hw/common/state_table.h"

#include "gtest/gtest.h"
#include "hw/common/state_register.h"

namespace faultline::hw {
namespace {

StateField field(const std::string& path, int bits, bool is_signed, std::vector<int> dimensions) {
  StateField result;
  result.path = path;
  result.bits = bits;
  result.is_signed = is_signed;
  result.dimensions = std::move(dimensions);
  return result;
}

TEST(StateTable, PeeksAndPokesElementsBehindRowPadding) {
  StateTable table;
  table.add<uint8_t>(field("first", 1, false, {}));
  const StateArray<int32_t> sums = table.add<int32_t>(field("sum[*][*]", 32, true, {3, 5}), 11);
  const size_t index = table.field_index("sum[*][*]");
  const size_t element = 2 * 5 + 4;
  table.poke({index, element}, 0xFFFFFFFEu);
  EXPECT_EQ(sums[2 * (5 + 11) + 4], -2);
  EXPECT_EQ(table.peek({index, element}), 0xFFFFFFFEu);
  EXPECT_EQ(element_path(table.fields()[index], element), "sum[2][4]");
  EXPECT_EQ(table.fields()[index].bit_count(), 3u * 5 * 32);
}

TEST(StateTable, PokingANarrowSignedFieldExtendsItsSign) {
  StateTable table;
  const StateArray<int32_t> value = table.add<int32_t>(field("value", 24, true, {}));
  table.poke({0, 0}, 0xABFFFFFF);
  EXPECT_EQ(value[0], -1) << "bits above the width are ignored";
  EXPECT_EQ(table.peek({0, 0}), 0xFFFFFFu);
}

TEST(StateTable, SnapshotsComeBackWholeAndResetIsZero) {
  StateTable table;
  const StateRegister<uint16_t> counter(table, "counter", 16);
  const StateRegister<int8_t> bytes(table, "byte[*]", 8, {100}, StateKind::kMemory);
  counter.set(12345);
  bytes.set(-7, 99);
  const auto saved = table.snapshot();
  table.reset();
  EXPECT_EQ(counter.get(), 0);
  EXPECT_EQ(bytes.get(99), 0);
  EXPECT_FALSE(table.equals(saved));
  table.restore(saved);
  EXPECT_EQ(counter.get(), 12345);
  EXPECT_EQ(bytes.get(99), -7);
  EXPECT_TRUE(table.equals(saved));
}

TEST(StateTable, ResetGivesResetValues) {
  StateTable table;
  const StateRegister<int8_t> value(table, "value[*]", 6, {4});
  table.set_reset_value({0, 2}, 0x3e);
  EXPECT_EQ(value.get(2), -2) << "at once, extended";
  value.set(5, 2);
  value.set(5, 1);
  table.reset();
  EXPECT_EQ(value.get(2), -2);
  EXPECT_EQ(value.get(1), 0);
}

TEST(StateRegister, WrapsAtItsDeclaredWidth) {
  StateTable table;
  const StateRegister<uint32_t> phase(table, "phase", 24);
  phase.set(int64_t{1} << 24);
  EXPECT_EQ(phase.get(), 0u);
  phase.set(-1);
  EXPECT_EQ(phase.get(), 0xFFFFFFu);
  const StateRegister<int16_t> y(table, "y", 16);
  y.set(32768);
  EXPECT_EQ(y.get(), -32768);
}

TEST(StateTable, NamesThatDoNotExistAreRefused) {
  const StateTable table;
  EXPECT_THROW(table.field_index("nothing"), std::out_of_range);
}

}  // namespace
}  // namespace faultline::hw
