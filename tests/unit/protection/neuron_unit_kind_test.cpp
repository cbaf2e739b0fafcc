#include "hw/protection/neuron_unit_kind.h"

#include <algorithm>
#include <cstdlib>

#include "gtest/gtest.h"

namespace faultline::hw {
namespace {

CombinedNeuron combine(const char* unit, uint8_t a, uint8_t b, uint8_t c = 0, int32_t zero = 0) {
  return find_neuron_unit_kind(unit)->combine({a, b, c}, zero);
}

TEST(NeuronUnitKinds, LcuKeepsTheBitsThatBothHalvesHave) {
  constexpr int kZero = -128;
  for (int half = 0; half < 128; ++half) {
    const auto word = static_cast<uint8_t>(half);
    EXPECT_EQ(combine("lcu", word, word, 0, kZero).code, kZero + 2 * half);
    EXPECT_EQ(combine("lcu", word, word, 0, kZero).verdict, NeuronVerdict::kRight);
    for (int bit = 0; bit < 8; ++bit) {
      const auto struck = static_cast<uint8_t>(word ^ 1 << bit);
      const int kept = word & struck & 0x7F;
      EXPECT_EQ(combine("lcu", struck, word, 0, kZero).code, kZero + 2 * kept);
      EXPECT_EQ(combine("lcu", word, struck, 0, kZero).code, kZero + 2 * kept);
      EXPECT_EQ(combine("lcu", struck, word, 0, kZero).verdict, NeuronVerdict::kReplaced);
    }
  }
  EXPECT_EQ(combine("lcu", 0x81, 0x81).verdict, NeuronVerdict::kReplaced) << "the highest bit of both is wrong";
  EXPECT_EQ(combine("lcu", 0x81, 0x81).code, 2);
  EXPECT_EQ(combine("lcu", 127, 127, 0, 0).code, 127) << "halves that no code has saturate";
}

TEST(NeuronUnitKinds, LcuWordsAreHalves) {
  const NeuronUnitKind& lcu = *find_neuron_unit_kind("lcu");
  for (int zero = -128; zero < 128; ++zero) {
    for (int code = zero; code < 128; ++code) {
      ASSERT_EQ(lcu.word_of(static_cast<int8_t>(code), zero), (code - zero) / 2);
    }
  }
}

TEST(NeuronUnitKinds, TheVoterOutvotesAnyOneCopy) {
  for (int word = 0; word < 256; ++word) {
    for (int wrong = 0; wrong < 256; ++wrong) {
      const auto right = static_cast<uint8_t>(word);
      const auto other = static_cast<uint8_t>(wrong);
      const auto verdict = word == wrong ? NeuronVerdict::kRight : NeuronVerdict::kCorrected;
      for (const CombinedNeuron& voted : {combine("tmr", other, right, right), combine("tmr", right, other, right),
                                          combine("tmr", right, right, other)}) {
        ASSERT_EQ(voted.code, static_cast<int8_t>(right));
        ASSERT_EQ(voted.verdict, verdict);
      }
    }
  }
}

TEST(NeuronUnitKinds, TheComparatorAlarms) {
  EXPECT_EQ(combine("dmr", 5, 5).verdict, NeuronVerdict::kRight);
  EXPECT_EQ(combine("dmr", 5, 6).verdict, NeuronVerdict::kAlarm);
  EXPECT_EQ(combine("dmr", 5, 6).code, 5);
  for (const NeuronUnitKind& kind : neuron_unit_kinds()) {
    EXPECT_EQ(kind.alarms, kind.name == "dmr");
    EXPECT_EQ(kind.has_intervals(), kind.name == "edac");
  }
}

CombinedNeuron edac(int a, int b, int32_t zero, CodeInterval interval) {
  return find_neuron_unit_kind("edac")->combined({static_cast<uint8_t>(a), static_cast<uint8_t>(b)}, zero, interval);
}

/// The four cases of the paper (fig. 2, A to D), for every pair of codes.
TEST(NeuronUnitKinds, EdacTakesTheCopyInsideAndOfTwoTheSmaller) {
  constexpr int kZero = -30;
  constexpr CodeInterval kInterval = {-60, 90};
  const auto inside = [&](int code) { return code >= -60 && code <= 90; };
  for (int a = -128; a < 128; ++a) {
    for (int b = -128; b < 128; ++b) {
      const CombinedNeuron neuron = edac(a, b, kZero, kInterval);
      ASSERT_EQ(neuron.code, edac(b, a, kZero, kInterval).code) << "the order of the copies does not matter";
      if (!inside(a) && !inside(b)) {
        ASSERT_EQ(neuron.code, kZero);
        ASSERT_EQ(neuron.verdict, NeuronVerdict::kReplaced);
      } else if (a == b) {
        ASSERT_EQ(neuron.code, a);
        ASSERT_EQ(neuron.verdict, NeuronVerdict::kRight);
      } else {
        ASSERT_EQ(neuron.verdict, NeuronVerdict::kCorrected);
        ASSERT_TRUE(neuron.code == a || neuron.code == b);
        ASSERT_TRUE(inside(neuron.code));
        if (inside(a) && inside(b)) {
          const int other = neuron.code == a ? b : a;
          ASSERT_LE(std::abs(neuron.code - kZero), std::abs(other - kZero));
          ASSERT_TRUE(std::abs(neuron.code - kZero) < std::abs(other - kZero) || neuron.code < other);
        }
      }
    }
  }
}

TEST(NeuronUnitKinds, EdacTakesTheMinimumWhereNoNumberIsNegative) {
  constexpr int kZero = -128;
  for (int a = -128; a < 128; ++a) {
    for (int b = -128; b < 128; ++b) {
      ASSERT_EQ(edac(a, b, kZero, {}).code, std::min(a, b));
    }
  }
}

TEST(NeuronUnitKinds, AnIntervalThatIsNoneHoldsNothing) {
  EXPECT_EQ(edac(5, 5, 3, {6, 4}).code, 3);
  EXPECT_EQ(edac(5, 5, 3, {6, 4}).verdict, NeuronVerdict::kReplaced);
}

}  // namespace
}  // namespace faultline::hw
