#include "hw/multipliers/family.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hw/common/counter_random.h"

namespace faultline::hw {
namespace {

GeneratedMultiplier member(const std::string& family, FamilyValues values = {}, bool is_signed = true, int bits = 8) {
  return {find_multiplier_family(family), std::move(values), bits, is_signed};
}

struct RelativeErrors {
  double mean = 0;
  double largest = 0;
  double probability = 0;      ///< of any error
  double greatest_excess = 0;  ///< largest product / exact - 1
};

/// Errors of a multiplier of unsigned operands over the given pairs; those with an exact product of 0 are left out.
template <typename Pairs>
RelativeErrors relative_errors(const GeneratedMultiplier& multiplier, Pairs for_each_pair) {
  const auto model = multiplier.model();
  RelativeErrors errors;
  int64_t pairs = 0;
  int64_t nonzero = 0;
  int64_t wrong = 0;
  for_each_pair([&](int64_t a, int64_t w) {
    const int64_t exact = a * w;
    const int64_t product = model(a, w);
    ++pairs;
    wrong += product != exact ? 1 : 0;
    if (exact != 0) {
      ++nonzero;
      const double excess = static_cast<double>(product - exact) / static_cast<double>(exact);
      errors.mean += std::abs(excess);
      errors.largest = std::max(errors.largest, std::abs(excess));
      errors.greatest_excess = std::max(errors.greatest_excess, excess);
    }
  });
  errors.mean /= static_cast<double>(nonzero);
  errors.probability = static_cast<double>(wrong) / static_cast<double>(pairs);
  return errors;
}

RelativeErrors over_all_pairs(const GeneratedMultiplier& multiplier) {
  return relative_errors(multiplier, [&](const auto& visit) {
    for (int64_t a = 0; a < int64_t{1} << multiplier.bits; ++a) {
      for (int64_t w = 0; w < int64_t{1} << multiplier.bits; ++w) {
        visit(a, w);
      }
    }
  });
}

/// As the papers on 16-bit multipliers: uniformly drawn operands.
RelativeErrors over_a_sample(const GeneratedMultiplier& multiplier) {
  return relative_errors(multiplier, [&](const auto& visit) {
    constexpr uint64_t kSeed = 16;
    CounterRandom random(kSeed, 0);
    for (int i = 0; i < 400000; ++i) {
      const auto a = static_cast<int64_t>(random.uniform(65536));
      visit(a, static_cast<int64_t>(random.uniform(65536)));
    }
  });
}

TEST(MultiplierFamilies, AreListedByName) {
  const auto& families = multiplier_families();
  EXPECT_TRUE(std::is_sorted(families.begin(), families.end(),
                             [](const auto& left, const auto& right) { return left.name < right.name; }));
  EXPECT_EQ(families.size(), 17U);
  EXPECT_EQ(find_multiplier_family("none"), nullptr);
  for (const MultiplierFamily& family : families) {
    EXPECT_FALSE(family.definition.empty() || family.reference.empty()) << family.name;
    for (const FamilyParameter& parameter : family.parameters(8)) {
      EXPECT_TRUE(parameter.low <= parameter.standard && parameter.standard <= parameter.high) << family.name;
    }
  }
}

TEST(MultiplierFamilies, AreExactWhereNothingIsLeftOut) {
  const GeneratedMultiplier exact[] = {member("exact"),
                                       member("booth", {0}),
                                       member("truncated", {0}),
                                       member("perforated", {3, 0}),
                                       member("broken_array", {0, 0}),
                                       member("lower_or", {0}),
                                       member("drum", {8}),
                                       member("dadda_momeni", {0}),
                                       member("dadda_yang", {0})};
  for (GeneratedMultiplier multiplier : exact) {
    EXPECT_TRUE(multiplier.table().exact()) << multiplier.name();
    multiplier.is_signed = false;
    EXPECT_EQ(over_all_pairs(multiplier).probability, 0) << multiplier.name();
    multiplier.bits = 16;
    if (multiplier.family->name == "drum") {
      multiplier.values = {16};
    }
    EXPECT_EQ(over_a_sample(multiplier).probability, 0) << multiplier.name();
  }
}

TEST(MultiplierFamilies, SignMagnitudeProductsDifferInSignOnly) {
  for (const MultiplierFamily& family : multiplier_families()) {
    if (family.signed_core) {
      continue;
    }
    GeneratedMultiplier multiplier = standard_multiplier(family);
    const auto model = multiplier.model();
    multiplier.is_signed = false;
    const auto core = multiplier.model();
    for (int a = -128; a < 128; ++a) {
      for (int w = -128; w < 128; ++w) {
        const int64_t sign = (a < 0) != (w < 0) ? -1 : 1;
        ASSERT_EQ(model(a, w), sign * core(std::abs(a), std::abs(w))) << family.name << " " << a << " " << w;
      }
    }
  }
}

TEST(MultiplierFamilies, LeaveOutTheBitsTheySay) {
  const auto truncated = member("truncated", {5}).model();
  const auto perforated = member("perforated", {2, 3}).model();
  const auto broken = member("broken_array", {2, 6}).model();
  for (int a = 0; a < 128; ++a) {
    for (int w = 0; w < 128; ++w) {
      int kept_truncated = 0;
      int kept_broken = 0;
      for (int i = 0; i < 8; ++i) {
        for (int j = 0; j < 8; ++j) {
          const int bit = ((a >> j) & (w >> i) & 1) << (i + j);
          kept_truncated += i + j >= 5 ? bit : 0;
          kept_broken += i >= 2 && i + j >= 6 ? bit : 0;
        }
      }
      ASSERT_EQ(truncated(a, w), kept_truncated);
      ASSERT_EQ(broken(a, w), kept_broken);
      ASSERT_EQ(perforated(a, w), a * (w & ~0b11100));
    }
  }
}

/// Hashemi, Bahar and Reda, ICCAD 2015, table 1 (16-bit operands): mean and maximum relative error.
TEST(MultiplierFamilies, DrumHasItsPublishedErrors) {
  struct Published {
    int k;
    double mean_percent, largest_percent;
  };
  for (const Published& published : {Published{3, 11.90, 56.25}, Published{4, 5.89, 26.56}, Published{5, 2.94, 12.89},
                                     Published{6, 1.47, 6.31}, Published{7, 0.73, 3.12}, Published{8, 0.37, 1.55}}) {
    const RelativeErrors errors = over_a_sample(member("drum", {published.k}, false, 16));
    EXPECT_NEAR(100 * errors.mean, published.mean_percent, 0.02) << published.k;
    // The greatest error needs rare operands, so that a sample stays a little below it.
    EXPECT_LE(100 * errors.largest, 100 * (std::pow(1 + std::ldexp(1, 1 - published.k), 2) - 1));
    EXPECT_NEAR(100 * errors.largest, published.largest_percent, 0.05 * published.largest_percent) << published.k;
  }
  EXPECT_DOUBLE_EQ(over_all_pairs(member("drum", {3}, false)).largest, 0.5625);
  EXPECT_DOUBLE_EQ(over_all_pairs(member("drum", {4}, false)).largest, 0.265625);
}

/// Mitchell 1962: at most 11.1 % too small, never too large. Mean: Saadat, Bokhari and Parameswaran, IEEE TCAD 2018.
TEST(MultiplierFamilies, MitchellHasItsPublishedErrors) {
  const RelativeErrors errors = over_all_pairs(member("mitchell", {}, false));
  EXPECT_DOUBLE_EQ(errors.largest, 1.0 / 9);
  EXPECT_EQ(errors.greatest_excess, 0);
  EXPECT_NEAR(100 * over_a_sample(member("mitchell", {}, false, 16)).mean, 3.85, 0.01);
}

/// Zendegani et al., IEEE TVLSI 2017: 11.1 % at most, 2.9 % on average.
TEST(MultiplierFamilies, RobaHasItsPublishedErrors) {
  EXPECT_DOUBLE_EQ(over_all_pairs(member("roba", {}, false)).largest, 1.0 / 9);
  EXPECT_NEAR(100 * over_a_sample(member("roba", {}, false, 16)).mean, 2.9, 0.05);
}

/// Kulkarni, Gupta and Ercegovac, VLSI Design 2011: 22.22 % at most; an error wherever both operands have a digit 3.
TEST(MultiplierFamilies, UnderdesignedHasItsPublishedErrors) {
  for (const int bits : {2, 4, 8}) {
    const RelativeErrors errors = over_all_pairs(member("underdesigned", {}, false, bits));
    EXPECT_DOUBLE_EQ(errors.largest, 2.0 / 9);
    EXPECT_EQ(errors.greatest_excess, 0);
    EXPECT_DOUBLE_EQ(errors.probability, std::pow(1 - std::pow(0.75, bits / 2), 2));
  }
}

/// Babic, Avramovic and Bulic 2011: at most 2^-2(c + 1) too small with c corrections; average over all 16-bit operands.
TEST(MultiplierFamilies, IterativeLogarithmHasItsPublishedErrors) {
  const double published_mean_percent[] = {9.41, 0.99};
  for (int corrections = 0; corrections < 2; ++corrections) {
    const RelativeErrors errors = over_a_sample(member("iterative_log", {corrections}, false, 16));
    EXPECT_LT(errors.largest, std::ldexp(1, -2 * (corrections + 1)));
    EXPECT_EQ(errors.greatest_excess, 0);
    EXPECT_NEAR(100 * errors.mean, published_mean_percent[corrections], 0.01 * published_mean_percent[corrections]);
  }
}

TEST(MultiplierFamilies, SelfCheckingWithoutFaultsIsMitchell) {
  const Multiplier checking = member("self_checking_log").table();
  const Multiplier mitchell = member("mitchell").table();
  EXPECT_TRUE(std::equal(checking.table(), checking.table() + Multiplier::kEntries, mitchell.table()));
}

/// 8-bit operands in the upper bits of 12-bit circuits, 16-bit ones of 20-bit circuits.
TEST(MultiplierFamilies, ShiftedOperandsStandInTheUpperBitsOfTheWiderCircuit) {
  constexpr uint64_t kSeed = 20;
  CounterRandom random(kSeed, 0);
  for (const int bits : {8, 16}) {
    for (const char* name : {"drum", "mitchell", "truncated"}) {
      const MultiplierFamily& base = *find_multiplier_family(name);
      const MultiplierFamily& shifted = *find_multiplier_family(std::string("shifted_") + name);
      FamilyValues values;
      for (const FamilyParameter& parameter : shifted.parameters(bits)) {
        values.push_back(parameter.standard);
      }
      const auto wider = GeneratedMultiplier{&base, values, bits + 4, false}.model();
      const auto model = GeneratedMultiplier{&shifted, values, bits, false}.model();
      for (int i = 0; i < 20000; ++i) {
        const auto a = static_cast<int64_t>(random.uniform(uint64_t{1} << bits));
        const auto w = static_cast<int64_t>(random.uniform(uint64_t{1} << bits));
        ASSERT_EQ(model(a, w), wider(a << 4, w << 4) >> 8) << name << " " << a << " " << w << ", seed " << kSeed;
      }
    }
  }
}

/// Columns below 8 hold no bits of shifted operands; logarithms keep their fractions.
TEST(MultiplierFamilies, ShiftedOperandsLoseWhatStandsInTheUpperColumns) {
  const auto same = [](const Multiplier& left, const Multiplier& right) {
    return std::equal(left.table(), left.table() + Multiplier::kEntries, right.table());
  };
  EXPECT_TRUE(member("shifted_truncated", {8}).table().exact());
  EXPECT_TRUE(same(member("shifted_truncated", {13}).table(), member("truncated", {5}).table()));
  EXPECT_TRUE(same(member("shifted_mitchell").table(), member("mitchell").table()));
  EXPECT_TRUE(member("shifted_drum", {12}).table().exact());
  EXPECT_FALSE(same(member("shifted_drum", {6}).table(), member("drum", {6}).table()));
}

/// Momeni et al. 2015: the compressor gives 1 for no ones, so that zero times zero is not zero. Yang et al. 2015: only
/// four ones are wrong, and too few.
TEST(MultiplierFamilies, CompressorTreesErrAsTheirCompressors) {
  EXPECT_NE(member("dadda_momeni", {16}).model()(0, 0), 0);
  const RelativeErrors yang = over_all_pairs(member("dadda_yang", {16}, false));
  EXPECT_EQ(yang.greatest_excess, 0);
  EXPECT_GT(yang.probability, 0);
  EXPECT_EQ(member("dadda_yang", {16}).model()(0, 0), 0);
}

}  // namespace
}  // namespace faultline::hw
