#include "sim/campaign/outcome.h"

#include <cmath>

#include <gtest/gtest.h>

namespace faultline::campaign {
namespace {

using Status = engine::SimulatedPlatform::Status;

/// An answer of an int8 network whose logits are `codes` x `scale`.
Answer answer(const std::vector<int8_t>& codes, double scale = 1.0) {
  Answer made;
  made.outputs = {codes};
  for (const int8_t code : codes) {
    made.logits.push_back(code * scale);
  }
  return made;
}

/// Two logits whose softmax gives the first class this confidence; `code` tells stored outputs apart.
Answer confident(double confidence, int8_t code) {
  Answer made;
  made.outputs = {std::vector<int8_t>{code, 0}};
  made.logits = {std::log(confidence / (1 - confidence)), 0.0};
  return made;
}

TEST(Outcome, EqualOutputsAreMasked) {
  const Judgement judgement = judge(answer({1, 5, 2}), Status::kCompleted, answer({1, 5, 2}));
  EXPECT_EQ(judgement.outcome, Outcome::kMasked);
  EXPECT_FALSE(judgement.sdc_1);
  EXPECT_FALSE(judgement.sdc_10_percent);
  EXPECT_EQ(judgement.golden_class, 1);
  EXPECT_EQ(judgement.faulty_class, 1);
}

TEST(Outcome, EveryOutputOfTheNetworkCounts) {
  Answer golden = answer({1, 5, 2});
  golden.outputs.emplace_back(std::vector<float>{0.0F});
  Answer faulty = golden;
  std::get<std::vector<float>>(faulty.outputs[1])[0] = -0.0F;
  EXPECT_EQ(judge(golden, Status::kCompleted, faulty).outcome, Outcome::kTolerable) << "ratio 1 is tolerable";
}

TEST(Outcome, SameClassIsTolerableAboveARatioOf095) {
  const auto outcome = [](double faulty_confidence) {
    Judgement judgement;
    judgement.golden_class = judgement.faulty_class = 3;
    judgement.golden_confidence = 0.5;
    judgement.faulty_confidence = faulty_confidence;
    return grade(judgement);
  };
  ASSERT_EQ(0.475 / 0.5, 0.95);
  EXPECT_EQ(outcome(0.475), Outcome::kCritical) << "a ratio of exactly 0.95";
  EXPECT_EQ(outcome(std::nextafter(0.475, 1.0)), Outcome::kTolerable);
  EXPECT_EQ(outcome(std::nextafter(0.475, 0.0)), Outcome::kCritical);
  EXPECT_EQ(outcome(0.5), Outcome::kTolerable) << "a ratio of exactly 1";
  EXPECT_EQ(outcome(0.9), Outcome::kTolerable) << "surer than without the fault";
  EXPECT_EQ(outcome(0.0), Outcome::kCritical);
  EXPECT_EQ(outcome(std::nan("")), Outcome::kCritical);
}

TEST(Outcome, RatioOfExactlyOneIsTolerable) {
  // The stored outputs differ, the first logit's confidence does not.
  const Judgement judgement = judge(answer({9, 3, 4}), Status::kCompleted, answer({9, 4, 3}));
  EXPECT_EQ(judgement.golden_confidence, judgement.faulty_confidence);
  EXPECT_EQ(judgement.outcome, Outcome::kTolerable);
}

TEST(Outcome, AnotherClassIsCriticalHoweverSure) {
  const Judgement judgement = judge(answer({100, 0, 0}), Status::kCompleted, answer({0, 100, 0}));
  EXPECT_EQ(judgement.outcome, Outcome::kCritical);
  EXPECT_TRUE(judgement.sdc_1);
  EXPECT_TRUE(judgement.sdc_20_percent);
}

TEST(Outcome, TiesGoToTheLowestIndexAndAreCounted) {
  const Judgement judgement = judge(answer({1, 7, 7}), Status::kCompleted, answer({7, 7, 7}));
  EXPECT_EQ(judgement.golden_class, 1);
  EXPECT_TRUE(judgement.golden_tie);
  EXPECT_EQ(judgement.faulty_class, 0);
  EXPECT_TRUE(judgement.faulty_tie);
  EXPECT_EQ(judgement.outcome, Outcome::kCritical);
  EXPECT_FALSE(judge(answer({1, 7, 6}), Status::kCompleted, answer({1, 7, 6})).golden_tie);
}

TEST(Outcome, ConfidenceFlagsLookEitherWay) {
  const Answer golden = confident(0.6, 0);
  const auto flags = [&](double confidence) {
    const Judgement judgement = judge(golden, Status::kCompleted, confident(confidence, 1));
    return std::make_pair(judgement.sdc_10_percent, judgement.sdc_20_percent);
  };
  EXPECT_EQ(flags(0.6 * 1.09), std::make_pair(false, false));
  EXPECT_EQ(flags(0.6 * 1.11), std::make_pair(true, false));
  EXPECT_EQ(flags(0.6 * 1.21), std::make_pair(true, true));
  EXPECT_EQ(flags(0.6 * 0.91), std::make_pair(false, false));
  EXPECT_EQ(flags(0.6 * 0.89), std::make_pair(true, false));
  EXPECT_EQ(flags(0.6 * 0.79), std::make_pair(true, true));
  const Judgement surer = judge(golden, Status::kCompleted, confident(0.6 * 1.21, 1));
  EXPECT_EQ(surer.outcome, Outcome::kTolerable) << "flags overlap the partition";
}

TEST(Outcome, Sdc5AsksForTheFiveHighest) {
  const Answer golden = answer({9, 0, 0, 0, 0, 0});
  const auto sdc_5 = [&](const std::vector<int8_t>& codes) {
    return judge(golden, Status::kCompleted, answer(codes)).sdc_5.value();
  };
  EXPECT_FALSE(sdc_5({5, 9, 8, 7, 6, 4})) << "fifth";
  EXPECT_TRUE(sdc_5({4, 9, 8, 7, 6, 5})) << "sixth";
  EXPECT_FALSE(sdc_5({5, 9, 8, 7, 6, 5})) << "a tie goes to the lower index";
  EXPECT_FALSE(judge(answer({9, 0, 0, 0, 0}), Status::kCompleted, answer({0, 1, 2, 3, 4})).sdc_5.has_value());
}

TEST(Outcome, TrapsAreCrashesAndTimeoutsAreHangs) {
  const Judgement crash = judge(answer({1, 5, 2, 0, 0, 0}), Status::kTrapped, {});
  EXPECT_EQ(crash.outcome, Outcome::kCrash);
  EXPECT_EQ(crash.faulty_class, -1);
  EXPECT_FALSE(crash.sdc_1);
  EXPECT_EQ(crash.sdc_5, false);
  EXPECT_FALSE(crash.sdc_10_percent);
  EXPECT_EQ(judge(answer({1, 5, 2}), Status::kTimedOut, {}).outcome, Outcome::kHang);
}

TEST(Outcome, AnAnswerWithAnAlarmIsThrownAway) {
  const Answer golden = answer({1, 5, 2, 0, 0, 0});
  for (const Answer& faulty : {golden, answer({5, 1, 2, 0, 0, 0})}) {
    const Judgement judged = judge(golden, Status::kCompleted, faulty, true);
    EXPECT_EQ(judged.outcome, Outcome::kDetected);
    EXPECT_EQ(judged.faulty_class, -1);
    EXPECT_FALSE(judged.sdc_1 || judged.sdc_10_percent || judged.sdc_20_percent || judged.sdc_5.value());
  }
  EXPECT_EQ(judge(golden, Status::kTrapped, {}, true).outcome, Outcome::kCrash);
}

TEST(Outcome, SaturatedConfidencesDoNotOverflow) {
  const Judgement judgement = judge(answer({127, -128}, 100.0), Status::kCompleted, answer({-128, 127}, 100.0));
  EXPECT_EQ(judgement.golden_confidence, 1.0);
  EXPECT_EQ(judgement.faulty_confidence, 0.0);
  EXPECT_EQ(judgement.outcome, Outcome::kCritical);
}

}  // namespace
}  // namespace faultline::campaign
