#include "sim/inject/site_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

using testing::HasSubstr;

const TextPlace kPlace{"--site", 0};

class SitePathTest : public testing::Test {
 protected:
  std::vector<std::string> paths(const std::string& pattern) {
    std::vector<std::string> all;
    for (const SiteSet& set : find_sites(small.table, pattern, kPlace)) {
      for (uint64_t n = 0; n < set.size(); ++n) {
        const hw::Site site = set.at(n);
        all.push_back(hw::element_path(small.table.fields()[site.field], site.element));
      }
    }
    return all;
  }
  std::string message(const std::string& pattern) {
    try {
      find_sites(small.table, pattern, kPlace);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }
  SmallTable small;
};

TEST_F(SitePathTest, NamesOneSite) {
  EXPECT_EQ(paths("array.pe[3][2].psum"), std::vector<std::string>{"array.pe[3][2].psum"});
  EXPECT_EQ(paths("controller.phase"), std::vector<std::string>{"controller.phase"});
}

TEST_F(SitePathTest, RangesLeaveOutTheirEnd) {
  EXPECT_EQ(paths("array.pe[1:3][0].weight"),
            (std::vector<std::string>{"array.pe[1][0].weight", "array.pe[2][0].weight"}));
  EXPECT_EQ(paths("array.pe[3][1:3].weight"),
            (std::vector<std::string>{"array.pe[3][1].weight", "array.pe[3][2].weight"}));
}

TEST_F(SitePathTest, WildcardsStandForIndicesAndNames) {
  EXPECT_EQ(paths("array.pe[*][*].psum").size(), 12u);
  EXPECT_EQ(paths("array.pe[*][*].*").size(), 4u * 12u);
  EXPECT_EQ(paths("array.pe[0][0].weight*"),
            (std::vector<std::string>{"array.pe[0][0].weight", "array.pe[0][0].weight_valid"}));
  EXPECT_EQ(paths("*.pe[0][0].*t"), (std::vector<std::string>{"array.pe[0][0].weight", "array.pe[0][0].product"}));
}

TEST_F(SitePathTest, IndicesMayBeLeftOut) {
  EXPECT_EQ(paths("buffer.weight").size(), 100u);
  EXPECT_EQ(paths("array.pe.psum").size(), 12u);
}

TEST_F(SitePathTest, LastStarStandsForAnyNumberOfNames) {
  EXPECT_EQ(paths("controller.*"), (std::vector<std::string>{"controller.command.rows", "controller.phase"}));
  EXPECT_EQ(paths("*").size(), 4u * 12u + 100u + 2u) << "what is outside the accelerator is no site";
}

TEST_F(SitePathTest, MessagesNameTheNearestPath) {
  EXPECT_THAT(message("array.pe[3][2].psumm"), HasSubstr("--site: no site matches 'array.pe[3][2].psumm'; the nearest "
                                                         "path is array.pe[*][*].psum;"));
  EXPECT_THAT(message("bufer.weigth"), HasSubstr("buffer.weight[*]"));
  EXPECT_THAT(message("dram.request"), HasSubstr("no site matches"));
  EXPECT_THAT(message("array.pe[3].psum"), HasSubstr("array.pe[*][*].psum"));
}

TEST_F(SitePathTest, MessagesGiveTheRangeOfAnIndex) {
  EXPECT_THAT(message("array.pe[4][0].psum"), HasSubstr("index 4 is out of range; indices there run from 0 to 3"));
  EXPECT_THAT(message("array.pe[0][1:4].psum"), HasSubstr("index 3 is out of range; indices there run from 0 to 2"));
  EXPECT_THAT(message("buffer.weight[100]"), HasSubstr("0 to 99"));
}

TEST_F(SitePathTest, MessagesNameSyntaxErrors) {
  EXPECT_THAT(message(""), HasSubstr("a name is missing"));
  EXPECT_THAT(message("array..psum"), HasSubstr("a name is missing"));
  EXPECT_THAT(message("array.pe[1"), HasSubstr("']' is missing"));
  EXPECT_THAT(message("array.pe[]"), HasSubstr("'' is not an index"));
  EXPECT_THAT(message("array.pe[-1][0].psum"), HasSubstr("'-1' is not an index"));
  EXPECT_THAT(message("array.pe[99999999999][0].psum"), HasSubstr("is not an index"));
  EXPECT_THAT(message("array.pe[2:2][0].psum"), HasSubstr("the range [2:2] is empty"));
  EXPECT_THAT(message("array.pe[0]x"), HasSubstr("unexpected 'x'"));
  EXPECT_THAT(message("array pe"), HasSubstr("a name holds a character"));
}

TEST_F(SitePathTest, SitesNamedTwiceAppearOnce) {
  const auto sets =
      find_all_sites(small.table, {"array.pe[0][*].psum", "array.pe[*][*].psum", "array.pe[0][0].psum"}, kPlace);
  ASSERT_EQ(sets.size(), 1u);
  EXPECT_EQ(sets[0].size(), 12u);
  EXPECT_EQ(find_all_sites(small.table, {"array.pe[0][*].psum", "array.pe[2][*].psum"}, kPlace).size(), 2u);
  EXPECT_THROW(find_all_sites(small.table, {"array.pe[0][*].psum", "array.pe[*][0].psum"}, kPlace), UserError);
}

}  // namespace
}  // namespace faultline::inject
