#include <algorithm>
#include <array>

#include "hw/memory/word_code.h"

/// Single-error correction, double-error detection with the code of M. Y. Hsiao, "A class of optimal minimum
/// odd-weight-column SEC-DED codes", IBM Journal of Research and Development 14(4), 1970.
///
/// The parity-check matrix has a column for each bit. All columns are different and of odd weight, so the sum of two is
/// neither a column nor 0: every single error is corrected, every double one seen. Columns are as light as possible and
/// spread evenly over the rows, which makes the trees of XOR gates small and equally deep. Check bits have the columns
/// of weight 1.
namespace faultline::hw {
namespace {

/// Columns of odd weight from 3 on, with `check_bits` rows.
int heavy_columns(int check_bits) {
  return (1 << (check_bits - 1)) - check_bits;
}

int check_bits_for(int word_bits) {
  int check_bits = 3;
  while (heavy_columns(check_bits) < word_bits) {
    ++check_bits;
  }
  return check_bits;
}

class SecDedCode : public WordCode {
 public:
  explicit SecDedCode(int word_bits) : check_bits_(check_bits_for(word_bits)), place_(size_t{1} << check_bits_, kNone) {
    for (int row = 0; row < check_bits_; ++row) {
      place_[size_t{1} << row] = kCheckBit;
    }
    for (int bit = 0; bit < word_bits; ++bit) {
      add_column(next_column(), bit);
    }
  }

  int check_bits() const override { return check_bits_; }

  uint64_t encode(uint64_t word) const override {
    uint64_t check = 0;
    for (int row = 0; row < check_bits_; ++row) {
      check |= static_cast<uint64_t>(__builtin_parityll(word & rows_[static_cast<size_t>(row)])) << row;
    }
    return check;
  }

  DecodedWord decode(uint64_t word, uint64_t check) const override {
    const uint64_t syndrome = encode(word) ^ check;
    if (syndrome == 0) {
      return {word, false, false};
    }
    const int place = place_[syndrome];
    if (place == kNone) {
      return {word, false, true};
    }
    return {place == kCheckBit ? word : word ^ (uint64_t{1} << place), true, false};
  }

 private:
  static constexpr int kMostCheckBits = 8;  // of 64-bit words
  static constexpr int kNone = -1;
  static constexpr int kCheckBit = -2;

  /// The ones of the rows that a column would add to, most loaded row first: the smaller, the better balanced.
  std::array<int, kMostCheckBits> loads_with(size_t column) const {
    std::array<int, kMostCheckBits> loads = {};
    for (int row = 0; row < check_bits_; ++row) {
      const auto i = static_cast<size_t>(row);
      loads[i] = __builtin_popcountll(rows_[i]) + static_cast<int>(column >> row & 1);
    }
    std::sort(loads.begin(), loads.end(), std::greater<>());
    return loads;
  }

  /// Of the lightest columns left, the one that keeps the rows most even.
  size_t next_column() const {
    size_t best = 0;
    for (size_t column = 1; column < place_.size(); ++column) {
      const int weight = __builtin_popcountll(column);
      if (weight % 2 == 0 || place_[column] != kNone) {
        continue;
      }
      const int best_weight = __builtin_popcountll(best);
      if (best == 0 || weight < best_weight || (weight == best_weight && loads_with(column) < loads_with(best))) {
        best = column;
      }
    }
    return best;
  }

  void add_column(size_t column, int bit) {
    place_[column] = bit;
    for (int row = 0; row < check_bits_; ++row) {
      rows_[static_cast<size_t>(row)] |= static_cast<uint64_t>(column >> row & 1) << bit;
    }
  }

  int check_bits_;
  std::array<uint64_t, kMostCheckBits> rows_ = {};  ///< the bits of the word that each check bit is the parity of
  std::vector<int> place_;                          ///< of the wrong bit, by syndrome
};

const WordCodeRegistration kRegistration{
    {"secded", [](int word_bits) { return std::make_unique<const SecDedCode>(word_bits); }}};

}  // namespace
}  // namespace faultline::hw
