#include "sim/inject/stratified_sample.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/unit/inject/small_table.h"

namespace faultline::inject {
namespace {

/// In proportion to `weights` between the limits: small enough to be seen to be right.
std::vector<uint64_t> share_out(uint64_t total, const std::vector<StratumDraws>& strata,
                                const std::vector<double>& weights) {
  std::vector<uint64_t> draws;
  uint64_t left = total;
  for (const StratumDraws& stratum : strata) {
    draws.push_back(stratum.least);
    left -= stratum.least;
  }
  while (left > 0) {
    size_t best = strata.size();
    for (size_t i = 0; i < strata.size(); ++i) {
      const auto need = [&](size_t s) { return weights[s] / static_cast<double>(draws[s] + 1); };
      if (draws[i] < strata[i].most && (best == strata.size() || need(i) > need(best))) {
        best = i;
      }
    }
    ++draws[best];
    --left;
  }
  return draws;
}

Allocator allocator() {
  const auto shares = [](const std::vector<StratumDraws>& strata) {
    std::vector<double> weights;
    std::transform(strata.begin(), strata.end(), std::back_inserter(weights),
                   [](const StratumDraws& stratum) { return stratum.share; });
    return weights;
  };
  Allocator made;
  made.proportional = [=](uint64_t total, const std::vector<StratumDraws>& strata) {
    return share_out(total, strata, shares(strata));
  };
  made.optimal = [=](uint64_t total, const std::vector<StratumDraws>& strata, const std::vector<PilotCount>& pilot) {
    std::vector<double> weights = shares(strata);
    for (size_t i = 0; i < weights.size(); ++i) {
      const double rate = (pilot[i].hits + 0.5) / (static_cast<double>(pilot[i].experiments) + 1);
      weights[i] *= std::sqrt(rate * (1 - rate));
    }
    return share_out(total, strata, weights);
  };
  return made;
}

class StratifiedSampleTest : public testing::Test {
 protected:
  SampleRequest request(uint64_t size) {
    SampleRequest made;
    made.where = {"array.pe[*][*].*", "buffer.weight", "controller.phase"};
    made.size = size;
    made.seed = 11;
    return made;
  }
  SampleContext context() { return {small.table, 100, 4, {{"conv1", 3}, {"pool1", 60}, {"fc", 90}}, allocator(), {}}; }
  StratifiedSample sample(uint64_t size, std::vector<std::string> factors, bool by_pilot = false, uint64_t pilot = 0) {
    return StratifiedSample(request(size), {std::move(factors), by_pilot, pilot}, context());
  }
  static std::map<size_t, uint64_t> draws(const StratifiedSample& sample, uint64_t first, uint64_t end) {
    std::map<size_t, uint64_t> counts;
    for (uint64_t n = first; n < end; ++n) {
      ++counts[sample.at(n).stratum];
    }
    return counts;
  }
  SmallTable small;
};

double total_share(const std::vector<Stratum>& strata) {
  return std::accumulate(strata.begin(), strata.end(), 0.0,
                         [](double sum, const Stratum& stratum) { return sum + stratum.share; });
}

TEST_F(StratifiedSampleTest, SharesAddUpToOneAndEveryStratumIsDrawn) {
  for (const std::vector<std::string>& factors : std::vector<std::vector<std::string>>{
           {"structure"}, {"layer"}, {"bit"}, {"layer", "structure"}, {"structure", "layer", "bit"}}) {
    const StratifiedSample drawn = sample(2000, factors);
    const std::vector<Stratum> strata = drawn.strata();
    EXPECT_NEAR(total_share(strata), 1, 1e-12);
    const auto counts = draws(drawn, 0, 2000);
    EXPECT_EQ(counts.size(), strata.size());
    EXPECT_EQ(drawn.population()["strata"].size(), strata.size());
  }
  EXPECT_EQ(sample(2000, {"structure", "layer", "bit"}).strata().size(), 3u * (32 + 8 + 1 + 8 + 24));
}

TEST_F(StratifiedSampleTest, ExperimentsLieInTheStratumThatTheyAreCountedIn) {
  const StratifiedSample drawn = sample(3000, {"structure", "layer", "bit"});
  const std::vector<Stratum> strata = drawn.strata();
  for (uint64_t n = 0; n < drawn.size(); ++n) {
    const Experiment experiment = drawn.at(n);
    const hw::Fault& fault = experiment.faults.at(0);
    const std::string layer = fault.start < 60 ? "conv1" : fault.start < 90 ? "pool1" : "fc";
    EXPECT_EQ(strata[experiment.stratum].name, small.table.fields()[fault.site.field].path + ", " + layer + ", bit " +
                                                   std::to_string(__builtin_ctzll(fault.mask)));
  }
}

TEST_F(StratifiedSampleTest, ProportionalDrawsFollowTheShares) {
  const StratifiedSample drawn = sample(4000, {"structure"});
  const std::vector<Stratum> strata = drawn.strata();
  for (const auto& [stratum, count] : draws(drawn, 0, 4000)) {
    EXPECT_NEAR(static_cast<double>(count), std::max(1.0, 4000 * strata[stratum].share), 4) << strata[stratum].name;
  }
}

/// Any share of the numbers holds the strata about in proportion: what a sequential campaign stops at, or a shard runs.
TEST_F(StratifiedSampleTest, StrataAreMixed) {
  const StratifiedSample drawn = sample(4000, {"structure"});
  const std::vector<Stratum> strata = drawn.strata();
  const auto counts = draws(drawn, 0, 1000);
  for (size_t i = 0; i < strata.size(); ++i) {
    const double expected = 1000 * strata[i].share;
    const auto found = counts.find(i);
    EXPECT_NEAR(found == counts.end() ? 0.0 : static_cast<double>(found->second), expected,
                5 * std::sqrt(expected) + 1);
  }
}

TEST_F(StratifiedSampleTest, NoMemberIsDrawnTwice) {
  StratifiedSample drawn = sample(5000, {"structure", "layer"}, true);
  const uint64_t pilot = drawn.pilot_size();
  std::vector<PilotCount> seen(drawn.strata().size());
  for (const auto& [stratum, count] : draws(drawn, 0, pilot)) {
    seen[stratum] = {count, stratum == 0 ? static_cast<double>(count) / 2 : 0.0};
  }
  drawn.settle(seen);
  std::set<std::tuple<size_t, size_t, uint64_t, uint64_t, size_t>> members;
  for (uint64_t n = 0; n < drawn.size(); ++n) {
    const Experiment experiment = drawn.at(n);
    const hw::Fault& fault = experiment.faults.at(0);
    members.insert({fault.site.field, fault.site.element, fault.mask, fault.start, experiment.images.at(0)});
  }
  EXPECT_EQ(members.size(), drawn.size());
  EXPECT_EQ(drawn.distinct_population(), static_cast<uint64_t>(drawn.space().size()));
}

TEST_F(StratifiedSampleTest, APilotDecidesTheRestAndIsNotChangedByIt) {
  StratifiedSample drawn = sample(3000, {"structure"}, true);
  const uint64_t pilot = drawn.pilot_size();
  EXPECT_EQ(pilot, 600u);
  const auto in_pilot = draws(drawn, 0, pilot);
  ASSERT_EQ(in_pilot.size(), drawn.strata().size());
  for (const auto& [stratum, count] : in_pilot) {
    EXPECT_GE(count, StratifiedSample::kLeastPilot);
  }
  const hw::Fault before = drawn.at(17).faults[0];
  EXPECT_THROW(drawn.at(pilot), std::logic_error);

  std::vector<PilotCount> seen(drawn.strata().size());
  for (const auto& [stratum, count] : in_pilot) {
    seen[stratum] = {count, stratum == 1 ? static_cast<double>(count) / 2 : 0.0};
  }
  drawn.settle(seen);
  EXPECT_EQ(drawn.at(17).faults[0].site, before.site);
  const auto rest = draws(drawn, pilot, drawn.size());
  ASSERT_EQ(rest.size(), drawn.strata().size()) << "every stratum is drawn after the pilot, too";
  const auto rate = [&](size_t stratum) {
    return static_cast<double>(rest.at(stratum)) / drawn.strata()[stratum].share;
  };
  EXPECT_GT(rate(1), 3 * rate(0)) << "what varies is drawn more often";

  StratifiedSample again = sample(3000, {"structure"}, true);
  again.settle(seen);
  for (const uint64_t number : {0, 599, 600, 2999}) {
    EXPECT_EQ(again.at(number).faults[0].site, drawn.at(number).faults[0].site);
    EXPECT_EQ(again.at(number).stratum, drawn.at(number).stratum);
  }
}

TEST_F(StratifiedSampleTest, RefusesWhatCannotBeDivided) {
  EXPECT_THROW(sample(4, {"structure"}), UserError) << "fewer experiments than strata";
  EXPECT_THROW(sample(100, {"structure"}, true, 5), UserError) << "a pilot that reaches not every stratum";
  SampleRequest permanent = request(100);
  permanent.model = SampleModel::kStuckAtBoth;
  permanent.duration = 0;
  EXPECT_THROW(StratifiedSample(permanent, {{"layer"}, false, 0}, context()), UserError);
  EXPECT_NO_THROW(StratifiedSample(permanent, {{"structure"}, false, 0}, context()));
}

}  // namespace
}  // namespace faultline::inject
