#include "sim/inject/fault_space.h"

#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

using Key = std::tuple<size_t, size_t, uint64_t, int, uint64_t, size_t>;

Key key_of(const FaultMember& member) {
  return {member.fault.site.field, member.fault.site.element,
          member.fault.mask,       static_cast<int>(member.fault.model),
          member.fault.start,      member.image};
}

SampleRequest request(SampleModel model, std::vector<std::string> where) {
  SampleRequest made;
  made.model = model;
  made.duration = model == SampleModel::kFlip ? 1 : 0;
  made.where = std::move(where);
  return made;
}

std::set<Key> members(const FaultSpace& space) {
  std::set<Key> found;
  for (FaultCount index = 0; index < space.size(); ++index) {
    found.insert(key_of(space.member(index)));
  }
  EXPECT_EQ(found.size(), static_cast<size_t>(space.size())) << "an index stands for a fault of another";
  return found;
}

/// Storage flips: bits x cycles x images.
TEST(FaultSpaceTest, FlipsOfStorageAreBitsTimesCyclesTimesImages) {
  const SmallTable small;
  const FaultSpace space(request(SampleModel::kFlip, {"array.pe[1:3][*].*", "controller.phase"}), small.table, 5, 3);
  const std::set<Key> found = members(space);
  EXPECT_EQ(found.size(), (6u * (32 + 8 + 1) + 24) * 5 * 3);
  for (const auto& [field, element, mask, model, start, image] : found) {
    EXPECT_NE(field, 3u) << "a wire";
    EXPECT_LT(start, 5u);
    EXPECT_LT(image, 3u);
    EXPECT_EQ(mask & ~small.table.fields()[field].value_mask(), 0u);
  }
}

/// Permanent stuck-ats: bits x 2, from the first cycle to the last.
TEST(FaultSpaceTest, StuckAtsOfStorageAreBitsTimesTwo) {
  const SmallTable small;
  const FaultSpace space(request(SampleModel::kStuckAtBoth, {"controller.*"}), small.table, 500, 1);
  const std::set<Key> found = members(space);
  EXPECT_EQ(found.size(), 48u * 2);
  for (const auto& [field, element, mask, model, start, image] : found) {
    EXPECT_EQ(start, 0u);
  }
}

TEST(FaultSpaceTest, WiresAreApart) {
  const SmallTable small;
  SampleRequest wires = request(SampleModel::kFlip, {"array.pe[*][*].*"});
  wires.population = Population::kWire;
  EXPECT_EQ(members(FaultSpace(wires, small.table, 4, 2)).size(), 12u * 16 * 4 * 2);
  EXPECT_EQ(
      members(FaultSpace(request(SampleModel::kStuckAtBoth, {"array.pe[*][*].product"}), small.table, 4, 1)).size(),
      12u * 16 * 2);
}

TEST(FaultSpaceTest, PartsAreDisjointAndComplete) {
  const SmallTable small;
  const FaultSpace space(request(SampleModel::kFlip, {"array.pe[*][*].*"}), small.table, 6, 2);
  const std::set<Key> whole = members(space);
  std::set<Key> together;
  for (const StructurePopulation& structure : space.structures()) {
    for (const uint64_t first : {0, 2}) {
      for (const Key& key : members(space.within({structure}).within_cycles(first, first == 0 ? 2 : 4))) {
        EXPECT_TRUE(together.insert(key).second);
      }
    }
  }
  EXPECT_EQ(together, whole);
}

TEST(FaultSpaceTest, SizesThatExceed128BitsAreRefused) {
  const SmallTable small;
  EXPECT_THROW(FaultSpace(request(SampleModel::kFlip, {"buffer.weight"}), small.table, ~uint64_t{0}, ~size_t{0}),
               UserError);
}

}  // namespace
}  // namespace faultline::inject
