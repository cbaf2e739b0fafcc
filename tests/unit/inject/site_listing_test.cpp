#include "sim/inject/site_listing.h"

#include <gtest/gtest.h>

#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

TEST(SiteListing, CountsStorageAndWiresApart) {
  const SmallTable small;
  const auto listing = site_listing_json(small.table);
  ASSERT_EQ(listing["structures"].size(), 7u) << "what is outside the accelerator is not listed";
  EXPECT_EQ(listing["structures"][0]["path"], "array.pe[*][*].psum");
  EXPECT_EQ(listing["structures"][0]["kind"], "register");
  EXPECT_EQ(listing["structures"][0]["bits"], 32);
  EXPECT_EQ(listing["structures"][0]["count"], 12);
  EXPECT_EQ(listing["total_bits"], 12 * (32 + 8 + 1) + 800 + 48);
  EXPECT_EQ(listing["wire_bits"], 12 * 16);
  EXPECT_NE(site_listing_text(small.table).find("wires: 192 bits"), std::string::npos);
}

}  // namespace
}  // namespace faultline::inject
