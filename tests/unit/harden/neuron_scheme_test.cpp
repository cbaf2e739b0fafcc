#include "sim/harden/neuron_scheme.h"

#include <gtest/gtest.h>

#include "sim/config/user_error.h"

namespace faultline::harden {
namespace {

/// A layer whose outputs are codes in [low, 127].
model::MatrixOperator layer_with(int32_t low) {
  model::MatrixOperator layer;
  layer.post.bias = {0};
  layer.post.factor = {hw::FixedPointFactor{}};
  layer.post.low = low;
  return layer;
}

std::vector<uint8_t> words_of(const NeuronScheme& scheme, int code, int zero) {
  return std::vector<uint8_t>(static_cast<size_t>(scheme.words()), scheme.encode(static_cast<int8_t>(code), zero));
}

TEST(Lcu, LosesTheLowestBitAndNothingElse) {
  const NeuronScheme& lcu = find_neuron_scheme("lcu", "test");
  for (int zero = -128; zero < 128; ++zero) {
    for (int code = zero; code < 128; ++code) {
      const uint8_t half = lcu.encode(static_cast<int8_t>(code), zero);
      ASSERT_LT(half, 128) << "the highest bit of a half is 0";
      ASSERT_EQ(lcu.unfaulted(static_cast<int8_t>(code), zero), code - (code - zero) % 2);
    }
  }
}

/// Of the 16 bits of a pair, only a 1 that turns 0 comes through, and it makes the value smaller.
TEST(Lcu, LetsOnlyLostOnesThrough) {
  const NeuronScheme& lcu = find_neuron_scheme("lcu", "test");
  constexpr int kZero = -128;
  for (int code = -128; code < 128; ++code) {
    const std::vector<uint8_t> golden = words_of(lcu, code, kZero);
    const int unfaulted = lcu.resolve(golden, kZero).code;
    for (size_t word = 0; word < 2; ++word) {
      for (int bit = 0; bit < 8; ++bit) {
        std::vector<uint8_t> struck = golden;
        struck[word] = static_cast<uint8_t>(struck[word] ^ (1 << bit));
        const bool lost = (golden[word] >> bit & 1) == 1;
        ASSERT_EQ(lcu.resolve(struck, kZero).code, unfaulted - (lost ? 2 << bit : 0)) << code << ", bit " << bit;
      }
    }
  }
}

TEST(Lcu, RefusesOutputsThatMayBeNegative) {
  const NeuronScheme& lcu = find_neuron_scheme("lcu", "test");
  EXPECT_EQ(lcu.obstacle(layer_with(-128), -128), "");
  EXPECT_EQ(lcu.obstacle(layer_with(-3), -3), "");
  EXPECT_NE(lcu.obstacle(layer_with(-4), -3), "");
  model::MatrixOperator table = layer_with(-2);
  table.post.high = 5;
  table.post.table.assign(256, -50);
  std::fill_n(table.post.table.begin() + 126, 8, int8_t{10});  // of codes -2 to 5
  EXPECT_EQ(lcu.obstacle(table, 10), "");
  table.post.table[133] = 9;
  EXPECT_NE(lcu.obstacle(table, 10), "");
  table.post.factor.clear();
  EXPECT_NE(lcu.obstacle(table, 10), "") << "raw sums";
}

TEST(ModularRedundancy, TripleOutvotesAnyWordAndDualSeesIt) {
  const NeuronScheme& tmr = find_neuron_scheme("tmr", "test");
  const NeuronScheme& dmr = find_neuron_scheme("dmr", "test");
  for (int code = -128; code < 128; ++code) {
    EXPECT_EQ(tmr.unfaulted(static_cast<int8_t>(code), 3), code);
    EXPECT_EQ(dmr.unfaulted(static_cast<int8_t>(code), 3), code);
    EXPECT_FALSE(tmr.resolve(words_of(tmr, code, 3), 3).corrected);
    EXPECT_FALSE(dmr.resolve(words_of(dmr, code, 3), 3).detected);
    for (int mask = 1; mask < 256; ++mask) {
      for (size_t word = 0; word < 3; ++word) {
        std::vector<uint8_t> struck = words_of(tmr, code, 3);
        struck[word] = static_cast<uint8_t>(struck[word] ^ mask);
        const ResolvedNeuron voted = tmr.resolve(struck, 3);
        ASSERT_EQ(voted.code, code);
        ASSERT_TRUE(voted.corrected);
      }
      std::vector<uint8_t> struck = words_of(dmr, code, 3);
      struck[1] = static_cast<uint8_t>(struck[1] ^ mask);
      ASSERT_TRUE(dmr.resolve(struck, 3).detected);
    }
  }
}

TEST(NeuronSchemes, NamesThoseThatThereAre) {
  try {
    find_neuron_scheme("qmr", "FILE", 4);
    FAIL() << "found";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "FILE:4: no scheme 'qmr' protects neurons; the schemes are dmr, edac, lcu, tmr");
  }
}

}  // namespace
}  // namespace faultline::harden
