#include "hw/fault/faults.h"

#include <gtest/gtest.h>

namespace faultline::hw {
namespace {

Fault starting_at(uint64_t cycle) {
  Fault fault;
  fault.start = cycle;
  return fault;
}

TEST(Faults, CopiesShareTheListAndEqualListsDoNot) {
  const std::vector<Fault> list = {starting_at(3), starting_at(1)};
  const Faults faults(list);
  const Faults copy = faults;
  EXPECT_TRUE(copy.shares(faults));
  EXPECT_FALSE(Faults(list).shares(faults));
  EXPECT_EQ(copy.begin(), faults.begin());
  EXPECT_EQ(copy.size(), 2u);
}

TEST(Faults, TheFirstOfThoseThatStartFirstActsFirst) {
  const Faults faults = {starting_at(3), starting_at(1), starting_at(2), starting_at(1)};
  EXPECT_EQ(&faults.first_to_act(), &faults.list()[1]);
  EXPECT_EQ(&faults.front(), &faults.list()[0]);
}

TEST(Faults, NoneAreAnEmptyListHoweverMade) {
  for (const Faults& none : {Faults(), Faults(std::vector<Fault>())}) {
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.size(), 0u);
    EXPECT_EQ(none.begin(), none.end());
    EXPECT_TRUE(none.shares(Faults()));
  }
}

}  // namespace
}  // namespace faultline::hw
