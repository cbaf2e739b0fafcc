#include "sim/engine/golden_entries.h"

#include <gtest/gtest.h>

namespace faultline::engine {
namespace {

GoldenEntry entry_at(uint64_t cycle, size_t layer, size_t bytes) {
  auto state = std::make_shared<SimulatedPlatform::Snapshot>();
  state->cycle = cycle;
  state->state.resize(bytes);
  return {layer, 1, std::move(state), {}};
}

TEST(GoldenEntries, FindsTheLastOneThatIsNotTooLate) {
  GoldenEntries entries;
  entries.add(entry_at(1000, 0, 10));
  entries.add(entry_at(2000, 0, 10));
  entries.add(entry_at(4000, 1, 10));
  EXPECT_EQ(entries.last_before(0, 999), nullptr);
  EXPECT_EQ(entries.last_before(0, 1999)->state->cycle, 1000U);
  EXPECT_EQ(entries.last_before(0, 2000)->state->cycle, 2000U);
  EXPECT_EQ(entries.last_before(1, 3999), nullptr);  // the layer's start is later than the other layer's state
  EXPECT_EQ(entries.last_before(1, 9000)->state->cycle, 4000U);
}

TEST(GoldenEntries, WantsNoneRightAfterAnother) {
  GoldenEntries entries;
  EXPECT_FALSE(entries.wants(1010, 1000));
  EXPECT_TRUE(entries.wants(5000, 1000));
  entries.add(entry_at(5000, 0, 10));
  EXPECT_FALSE(entries.wants(5001, 1000));
  EXPECT_FALSE(entries.wants(6001, 6000));
}

TEST(GoldenEntries, StayWithinTheirBudgetAndSpread) {
  GoldenEntries entries(1000);
  size_t added = 0;
  for (uint64_t cycle = 1; cycle < 1'000'000; ++cycle) {
    if (entries.wants(cycle, 0)) {
      entries.add(entry_at(cycle, 0, 100));
      ++added;
    }
  }
  EXPECT_GT(added, entries.size());
  EXPECT_GE(entries.size(), 5U);
  EXPECT_LE(entries.size(), 10U);
  EXPECT_LT(entries.last_before(0, 500'000)->state->cycle, 500'000U);
  EXPECT_GT(entries.last_before(0, 500'000)->state->cycle, 250'000U);
}

TEST(GoldenEntries, KeepNoneThatDoesNotFit) {
  GoldenEntries entries(1000);
  entries.add(entry_at(5000, 0, 2000));
  EXPECT_EQ(entries.size(), 0U);
  EXPECT_EQ(entries.last_before(0, 9000), nullptr);
}

}  // namespace
}  // namespace faultline::engine
