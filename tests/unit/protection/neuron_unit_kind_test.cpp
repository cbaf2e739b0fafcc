#include "hw/protection/neuron_unit_kind.h"

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
  }
}

}  // namespace
}  // namespace faultline::hw
