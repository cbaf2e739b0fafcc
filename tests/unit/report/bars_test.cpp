#include <gtest/gtest.h>

#include "sim/report/difference_bar.h"
#include "sim/report/interval_bar.h"
#include "sim/report/outcome_bar.h"
#include "tests/support/xml_document.h"

namespace faultline::report {
namespace {

using campaign::Outcome;
using test::XmlDocument;

TEST(IntervalBar, ReachesFromZeroToTheEstimate) {
  const XmlDocument bar(interval_bar({0.1, 0.05, 0.2}, {0.4, 0.3}));
  EXPECT_EQ(bar.text("//s:rect/@width"), "25.00%");
  EXPECT_EQ(bar.text("//s:line[@class='overall']/@x1"), "75.00%");
  EXPECT_EQ(bar.texts("//s:line[@class='whisker']/@x1"), (std::vector<std::string>{"12.50%", "12.50%", "50.00%"}));
  EXPECT_EQ(bar.texts("//s:line[@class='whisker']/@x2"), (std::vector<std::string>{"50.00%", "12.50%", "50.00%"}));
  EXPECT_EQ(bar.count("//s:path"), 0U) << "no arrow";
}

TEST(IntervalBar, SaysItsFigures) {
  const XmlDocument bar(interval_bar({0.1, 0.05, 0.2}, {0.4, -1}));
  EXPECT_EQ(bar.text("/s:svg/s:title"), "10.0\u00A0% (5.00 to 20.0\u00A0%)");
  EXPECT_EQ(bar.text("/s:svg/@aria-label"), bar.text("/s:svg/s:title"));
  EXPECT_EQ(bar.count("//s:line[@class='overall']"), 0U);
}

TEST(IntervalBar, PointsBeyondTheAxis) {
  const XmlDocument bar(interval_bar({0.1, 0.05, 0.6}, {0.4, 0.1}));
  EXPECT_EQ(bar.text("//s:svg[@class='arrow']/@x"), "100%");
  EXPECT_EQ(bar.texts("//s:line[@class='whisker']/@x2"), (std::vector<std::string>{"100.00%", "12.50%"}));
}

TEST(DifferenceBar, HasZeroInTheMiddle) {
  const XmlDocument bar(difference_bar({-0.05, -0.1, 0.02}, 0.2));
  EXPECT_EQ(bar.text("//s:line[@class='zero']/@x1"), "50%");
  EXPECT_EQ(bar.text("//s:circle/@cx"), "37.50%");
  EXPECT_EQ(bar.texts("//s:line[@class='whisker']/@x1"), (std::vector<std::string>{"25.00%", "25.00%", "55.00%"}));
  EXPECT_EQ(bar.text("//s:title"), "\u22125.00 points (\u221210.0 to +2.00)");
}

TEST(DifferenceBar, PointsBeyondBothEnds) {
  const XmlDocument bar(difference_bar({0, -1, 1}, 0.2));
  EXPECT_EQ(bar.texts("//s:svg[@class='arrow']/@x"), (std::vector<std::string>{"0%", "100%"}));
}

campaign::OutcomeCounts counts(uint64_t masked, uint64_t critical, uint64_t hang) {
  campaign::OutcomeCounts counted;
  counted.outcomes[static_cast<size_t>(Outcome::kMasked)] = masked;
  counted.outcomes[static_cast<size_t>(Outcome::kCritical)] = critical;
  counted.outcomes[static_cast<size_t>(Outcome::kHang)] = hang;
  return counted;
}

TEST(OutcomeBar, StacksWhatCameUp) {
  const XmlDocument bar(outcome_bar(counts(75, 20, 5)));
  EXPECT_EQ(bar.texts("//s:g/s:rect[starts-with(@class, 'fill-')]/@class"),
            (std::vector<std::string>{"fill-masked", "fill-critical", "fill-hang"}));
  EXPECT_EQ(bar.texts("//s:g/s:rect[starts-with(@class, 'fill-')]/@x"),
            (std::vector<std::string>{"0.000%", "75.000%", "95.000%"}));
  EXPECT_EQ(bar.texts("//s:g/s:rect[starts-with(@class, 'fill-')]/@width"),
            (std::vector<std::string>{"75.000%", "20.000%", "5.000%"}));
  EXPECT_EQ(
      bar.texts("//s:g/s:title"),
      (std::vector<std::string>{"masked: 75 (75.0\u00A0%)", "critical: 20 (20.0\u00A0%)", "hang: 5 (5.00\u00A0%)"}));
  EXPECT_EQ(bar.texts("//s:g/s:text"), (std::vector<std::string>{"masked 75.0\u00A0%", "critical 20.0\u00A0%"}))
      << "no name where there is no room";
  EXPECT_EQ(bar.text("/s:svg/s:desc"), "masked 75, critical 20, hang 5.");
}

TEST(OutcomeBar, EveryOutcomeHasAPatternOfItsOwn) {
  const XmlDocument patterns(outcome_patterns());
  for (const Outcome outcome : campaign::kOutcomes) {
    EXPECT_EQ(patterns.count(std::string("//s:pattern[@id='pattern-") + to_string(outcome) + "']"), 1U);
    const XmlDocument key(outcome_key(outcome));
    EXPECT_EQ(key.count(std::string("//s:rect[@class='pattern-") + to_string(outcome) + "']"), 1U);
  }
  EXPECT_EQ(patterns.count("//s:pattern[@id='pattern-unstruck']"), 1U);
}

TEST(OutcomeBar, SaysThatThereIsNothing) {
  const XmlDocument bar(outcome_bar({}));
  EXPECT_EQ(bar.text("/s:svg/s:desc"), "No runs.");
  EXPECT_EQ(bar.count("//s:g"), 0U);
}

}  // namespace
}  // namespace faultline::report
