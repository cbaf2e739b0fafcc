#include "hw/memory/word_code.h"

#include <algorithm>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "hw/common/counter_random.h"

namespace faultline::hw {
namespace {

constexpr uint64_t kSeed = 11;

uint64_t low_bits(int bits) {
  return bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
}

/// Every byte, or random words of the other widths.
std::vector<uint64_t> some_words(int bits) {
  std::vector<uint64_t> words;
  CounterRandom random(kSeed, static_cast<uint64_t>(bits));
  for (uint64_t i = 0; i < 256; ++i) {
    words.push_back(bits == 8 ? i : random.next_u64() & low_bits(bits));
  }
  return words;
}

/// A word and its check bits with some of them inverted; bit numbers from `word_bits` on are check bits.
DecodedWord decode_struck(const WordCode& code, int word_bits, uint64_t word, const std::vector<int>& struck) {
  uint64_t check = code.encode(word);
  for (const int bit : struck) {
    (bit < word_bits ? word : check) ^= uint64_t{1} << (bit < word_bits ? bit : bit - word_bits);
  }
  return code.decode(word, check);
}

class SecDed : public testing::TestWithParam<int> {
 protected:
  const int bits_ = GetParam();
  const std::unique_ptr<const WordCode> code_ = find_word_code("secded")->make(bits_);
  const int all_ = bits_ + code_->check_bits();
};

TEST_P(SecDed, IntactWordsPass) {
  EXPECT_EQ(code_->encode(0), 0U);
  for (const uint64_t word : some_words(bits_)) {
    const DecodedWord decoded = decode_struck(*code_, bits_, word, {});
    EXPECT_EQ(decoded.word, word);
    EXPECT_FALSE(decoded.corrected || decoded.error);
  }
}

TEST_P(SecDed, EverySingleFlipIsCorrected) {
  for (const uint64_t word : some_words(bits_)) {
    for (int bit = 0; bit < all_; ++bit) {
      const DecodedWord decoded = decode_struck(*code_, bits_, word, {bit});
      ASSERT_TRUE(decoded.corrected && !decoded.error) << word << " bit " << bit;
      ASSERT_EQ(decoded.word, word) << "bit " << bit;
    }
  }
}

TEST_P(SecDed, EveryDoubleFlipIsDetected) {
  for (const uint64_t word : some_words(bits_)) {
    for (int first = 0; first < all_; ++first) {
      for (int second = 0; second < first; ++second) {
        const DecodedWord decoded = decode_struck(*code_, bits_, word, {first, second});
        ASSERT_TRUE(decoded.error && !decoded.corrected) << word << " bits " << first << ", " << second;
      }
    }
  }
}

/// Hsiao, 1970: minimum total weight, and rows whose weights differ by at most one.
TEST_P(SecDed, ColumnsAreLightAndRowsBalanced) {
  std::vector<int> row_weights(static_cast<size_t>(code_->check_bits()));
  std::set<uint64_t> columns;
  for (int bit = 0; bit < bits_; ++bit) {
    const uint64_t column = code_->encode(uint64_t{1} << bit);
    EXPECT_EQ(__builtin_popcountll(column), bit < 56 ? 3 : 5);
    EXPECT_TRUE(columns.insert(column).second);
    for (int row = 0; row < code_->check_bits(); ++row) {
      row_weights[static_cast<size_t>(row)] += static_cast<int>(column >> row & 1);
    }
  }
  const auto [least, most] = std::minmax_element(row_weights.begin(), row_weights.end());
  EXPECT_LE(*most - *least, 1);
}

INSTANTIATE_TEST_SUITE_P(Widths, SecDed, testing::Values(8, 16, 32, 64));

TEST(SecDedCode, TakesTheCheckBitsOfTheLiterature) {
  for (const auto& [bits, check_bits] : {std::pair{8, 5}, {16, 6}, {32, 7}, {64, 8}}) {
    EXPECT_EQ(find_word_code("secded")->make(bits)->check_bits(), check_bits) << bits;
  }
}

TEST(ParityCode, SeesEveryOddNumberOfFlips) {
  const auto code = find_word_code("parity")->make(8);
  EXPECT_EQ(code->check_bits(), 1);
  for (uint64_t word = 0; word < 256; ++word) {
    for (uint64_t flips = 0; flips < 512; ++flips) {
      const DecodedWord decoded = code->decode(word ^ (flips & 0xFF), code->encode(word) ^ flips >> 8);
      ASSERT_EQ(decoded.error, __builtin_popcountll(flips) % 2 == 1);
      ASSERT_FALSE(decoded.corrected);
      ASSERT_EQ(decoded.word, word ^ (flips & 0xFF));
    }
  }
}

TEST(WordCodes, AreFoundByName) {
  EXPECT_EQ(find_word_code("triplicate"), nullptr);
  EXPECT_TRUE(std::is_sorted(word_codes().begin(), word_codes().end(),
                             [](const WordCodeFamily& a, const WordCodeFamily& b) { return a.name < b.name; }));
}

}  // namespace
}  // namespace faultline::hw
