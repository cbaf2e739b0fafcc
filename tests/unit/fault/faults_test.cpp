#include "hw/fault/faults.h"

#include <gtest/gtest.h>

namespace faultline::hw {
namespace {

Fault starting_at(uint64_t cycle) {
  Fault fault;
  fault.start = cycle;
  return fault;
}

TEST(Faults, CopiesShareTheListAndEqualListsAreEqual) {
  const std::vector<Fault> list = {starting_at(3), starting_at(1)};
  const Faults faults(list);
  std::vector<Faults> copies(2, faults);
  EXPECT_EQ(copies[1].begin(), faults.begin());
  EXPECT_TRUE(copies[1] == faults);
  const Faults apart(list);
  EXPECT_NE(apart.begin(), faults.begin());
  EXPECT_TRUE(apart == faults);
}

TEST(Faults, OfAnyOtherMemberAreNotEqual) {
  const std::vector<void (*)(Fault&)> changes = {
      [](Fault& fault) { fault.site.field = 1; }, [](Fault& fault) { fault.site.element = 1; },
      [](Fault& fault) { fault.mask = 1; },       [](Fault& fault) { fault.model = FaultModel::kStuckAt0; },
      [](Fault& fault) { fault.start = 1; },      [](Fault& fault) { fault.duration = 2; },
      [](Fault& fault) { fault.period = 1; }};
  for (size_t change = 0; change < changes.size(); ++change) {
    Fault other;
    changes[change](other);
    EXPECT_FALSE(Faults{Fault()} == Faults{other}) << change;
  }
  EXPECT_FALSE(Faults{Fault()} == (Faults{Fault(), Fault()}));
  EXPECT_FALSE(Faults{Fault()} == Faults());
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
    EXPECT_TRUE(none == Faults());
  }
}

}  // namespace
}  // namespace faultline::hw
