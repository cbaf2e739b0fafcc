#include <gtest/gtest.h>

#include "sim/report/description_text.h"
#include "sim/report/shell_text.h"
#include "sim/report/yaml_text.h"
#include "tests/support/synthetic_campaign.h"

namespace faultline::report {
namespace {

TEST(DescriptionText, NamesTheDesign) {
  EXPECT_EQ(design_title(test::synthetic_description({})), "lenet5_digits on 16x16 ws");
  EXPECT_EQ(design_title({}), "not stated on not stated not stated");
}

TEST(DescriptionText, SaysWhatIsNotStated) {
  EXPECT_EQ(stated({{"a", {{"b", nullptr}}}}, "/a/b"), "not stated");
  EXPECT_EQ(stated({{"a", {1, "x"}}}, "/a"), "1, x");
  EXPECT_EQ(stated({}, "/a"), "not stated");
}

TEST(DescriptionText, NamesTheFaults) {
  campaign::CampaignDescription description = test::synthetic_description({});
  EXPECT_EQ(fault_text(description), "flip of 1 bit, 1 cycle");
  auto& faults = description.experiment["faults"];
  faults["model"] = "stuck_at";
  faults["bits"] = 2;
  faults["duration"] = 0;
  EXPECT_EQ(fault_text(description), "stuck_at of 2 adjacent bits, to the end of the run");
  faults["duration"] = 5;
  faults["period"] = 100;
  EXPECT_EQ(fault_text(description), "stuck_at of 2 adjacent bits, 5 cycles, every 100 cycles");
  faults.erase("bits");
  faults["upset"] = {{"multiplicity", {{"1", 0.9}, {"2", 0.1}}}, {"pattern", "row"}};
  EXPECT_EQ(fault_text(description),
            "stuck_at, upset of multiplicity (1 0.9, 2 0.1), pattern row, 5 cycles, every 100 cycles");
  faults = {{"list", "faults.csv"}};
  EXPECT_EQ(fault_text(description), "fault list faults.csv");
}

TEST(DescriptionText, FindsTheMargin) {
  campaign::CampaignDescription description = test::synthetic_description({});
  EXPECT_FALSE(asked_margin(description));
  description.experiment["faults"].update({{"margin", 0.01}, {"question", "sdc"}});
  ASSERT_TRUE(asked_margin(description));
  EXPECT_DOUBLE_EQ(asked_margin(description)->margin, 0.01);
  EXPECT_EQ(asked_margin(description)->metric, "sdc");
}

TEST(ShellText, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_word("runs/a-1_b.db"), "runs/a-1_b.db");
  EXPECT_EQ(shell_word("my runs.db"), "'my runs.db'");
  EXPECT_EQ(shell_word("it's $1"), "'it'\\''s $1'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(YamlText, KeepsOrderAndNesting) {
  EXPECT_EQ(yaml_text({{"b", 1}, {"a", {{"x", 2.5}, {"y", {"p", "q: r"}}}}, {"s", ""}}),
            "b: 1\na:\n  x: 2.5\n  y:\n    - p\n    - \"q: r\"\ns: \"\"\n");
}

}  // namespace
}  // namespace faultline::report
