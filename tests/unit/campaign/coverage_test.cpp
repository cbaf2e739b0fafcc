/// Do intervals hold the truth as often as they say, and are they no wider than they need be? Thousands of campaigns
/// are simulated on populations whose rate is known. Prints the table of docs/statistics.md.

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "sim/campaign/allocation.h"
#include "sim/campaign/interval.h"
#include "sim/campaign/sequential.h"
#include "sim/campaign/survey.h"

namespace faultline::campaign {
namespace {

using hw::CounterRandom;

constexpr int kCampaigns = 1000;
constexpr uint64_t kSeed = 271828;
constexpr double kLeastCoverage = 0.935;
constexpr double kMostWidth = 1.2;

const std::vector<double> kRates = {0.003, 0.02, 0.1, 0.4};
const std::vector<uint64_t> kSizes = {300, 1000, 3000};

/// What one simulated campaign gave, and the independent trials whose Wilson interval it is compared with.
struct CampaignOutcome {
  Interval interval;
  double reference_trials = 0;
};

using Campaign = std::function<CampaignOutcome(CounterRandom&)>;

/// Width is not expected of clustered campaigns with less than three effective hits: as long as hardly a fault has hit,
/// nothing says that the next one will not hit on all images, which the reference knows (docs/statistics.md).
enum class Expect { kBoth, kCoverageOnly };

/// Sums over all campaigns.
void report(const std::string& name, double covered, double width, double reference) {
  fmt::print("| {:<58} | {:>5.1f} | {:>6.4f} | {:>5.2f} | seed {}\n", name, 100 * covered / kCampaigns,
             width / kCampaigns, width / reference, kSeed);
}

void check(const std::string& name, double truth, const Campaign& campaign, Expect expect = Expect::kBoth) {
  double covered = 0;
  double width = 0;
  double reference = 0;
  for (int i = 0; i < kCampaigns; ++i) {
    CounterRandom random(kSeed, i);
    const CampaignOutcome outcome = campaign(random);
    covered += outcome.interval.contains(truth) ? 1 : 0;
    width += outcome.interval.width();
    reference += wilson(outcome.interval.estimate * outcome.reference_trials, outcome.reference_trials).width();
  }
  report(name, covered, width, reference);
  EXPECT_GE(covered / kCampaigns, kLeastCoverage) << name << ", seed " << kSeed;
  if (expect == Expect::kBoth) {
    EXPECT_LE(width / reference, kMostWidth) << name << ", seed " << kSeed;
  }
}

bool happens(CounterRandom& random, double probability) {
  return random.uniform_real() < probability;
}

std::string label(const std::string& sampler, double rate, uint64_t size) {
  return fmt::format("{}, p = {:.4g}, n = {}", sampler, rate, size);
}

/// Runs `body(rate, size)` over the whole grid.
void over_grid(const std::function<void(double, uint64_t)>& body) {
  for (const double rate : kRates) {
    for (const uint64_t size : kSizes) {
      body(rate, size);
    }
  }
}

TEST(Coverage, UniformWithReplacement) {
  over_grid([](double rate, uint64_t size) {
    check(label("uniform", rate, size), rate, [=](CounterRandom& random) {
      SurveyTally tally;
      for (uint64_t i = 0; i < size; ++i) {
        tally.add(0, 1, 1, happens(random, rate) ? 1 : 0);
      }
      return CampaignOutcome{tally.interval({{1, size}}), static_cast<double>(size)};
    });
  });
}

/// Compared with Wilson's at n (N - 1) / (N - n), for which p (1 - p) / trials is the variance of the estimate.
TEST(Coverage, UniformWithoutReplacement) {
  constexpr double kPopulation = 5000;
  over_grid([](double rate, uint64_t size) {
    const auto n = static_cast<double>(size);
    check(label("uniform without replacement of 5000", rate, size), rate, [=](CounterRandom& random) {
      SurveyTally tally;
      double members = kPopulation;
      double hits = kPopulation * rate;
      for (uint64_t i = 0; i < size; ++i) {
        const bool hit = happens(random, hits / members);
        tally.add(0, 1, 1, hit ? 1 : 0);
        hits -= hit ? 1 : 0;
        --members;
      }
      return CampaignOutcome{tally.interval({{1, size, kPopulation}}), n * (kPopulation - 1) / (kPopulation - n)};
    });
  });
}

TEST(Coverage, Exhaustive) {
  for (const double rate : kRates) {
    SurveyTally tally;
    for (int i = 0; i < 5000; ++i) {
      tally.add(0, 1, 1, i < 5000 * rate ? 1 : 0);
    }
    const Interval interval = tally.interval({{1, 5000, 5000}});
    EXPECT_DOUBLE_EQ(interval.low, rate);
    EXPECT_DOUBLE_EQ(interval.high, rate);
  }
}

/// Twenty structures of different sizes and rates.
struct Structures {
  explicit Structures(double rate) {
    constexpr int kCount = 20;
    for (int i = 0; i < kCount; ++i) {
      shares.push_back(1 + i * 7 % 5);
      rates.push_back(std::exp(1.5 * std::sin(2.3 * i + 1)));
    }
    const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& share : shares) {
      share /= total;
    }
    const double mean = std::inner_product(shares.begin(), shares.end(), rates.begin(), 0.0);
    for (double& each : rates) {
      each = std::min(0.95, each * rate / mean);
    }
    truth = std::inner_product(shares.begin(), shares.end(), rates.begin(), 0.0);
  }

  std::vector<AllocationStratum> allocation(uint64_t least) const {
    std::vector<AllocationStratum> strata;
    for (const double share : shares) {
      strata.push_back({share, least});
    }
    return strata;
  }

  std::vector<Stratum> drawn(const std::vector<uint64_t>& draws) const {
    std::vector<Stratum> strata;
    for (size_t i = 0; i < shares.size(); ++i) {
      strata.push_back({shares[i], draws[i]});
    }
    return strata;
  }

  std::vector<double> shares;
  std::vector<double> rates;
  double truth = 0;
};

TEST(Coverage, StratifiedProportional) {
  over_grid([](double rate, uint64_t size) {
    const Structures structures(rate);
    const std::vector<uint64_t> draws = proportional_allocation(size, structures.allocation(2));
    check(label("stratified, proportional", structures.truth, size), structures.truth, [&](CounterRandom& random) {
      SurveyTally tally;
      for (size_t stratum = 0; stratum < draws.size(); ++stratum) {
        for (uint64_t i = 0; i < draws[stratum]; ++i) {
          tally.add(stratum, 1, 1, happens(random, structures.rates[stratum]) ? 1 : 0);
        }
      }
      return CampaignOutcome{tally.interval(structures.drawn(draws)), static_cast<double>(size)};
    });
  });
}

/// A fifth is a proportional pilot, the rest goes where the pilot saw variance.
CampaignOutcome neyman_campaign(const Structures& structures, uint64_t size, CounterRandom& random) {
  const size_t count = structures.shares.size();
  const std::vector<uint64_t> first = proportional_allocation(size / 5, structures.allocation(1));
  SurveyTally tally;
  std::vector<PilotStratum> pilot(count);
  for (size_t stratum = 0; stratum < count; ++stratum) {
    for (uint64_t i = 0; i < first[stratum]; ++i) {
      const double hit = happens(random, structures.rates[stratum]) ? 1 : 0;
      tally.add(stratum, 1, 1, hit);
      pilot[stratum].add(hit);
    }
  }
  const std::vector<uint64_t> second = neyman_allocation(size - size / 5, structures.allocation(2), pilot);
  for (size_t stratum = 0; stratum < count; ++stratum) {
    for (uint64_t i = 0; i < second[stratum]; ++i) {
      tally.add(count + stratum, 1, 1, happens(random, structures.rates[stratum]) ? 1 : 0);
    }
  }
  return {tally.interval(with_pilot(structures.drawn(first), structures.drawn(second))), static_cast<double>(size)};
}

TEST(Coverage, StratifiedNeyman) {
  over_grid([](double rate, uint64_t size) {
    const Structures structures(rate);
    check(label("stratified, Neyman from a pilot", structures.truth, size), structures.truth,
          [&](CounterRandom& random) { return neyman_campaign(structures, size, random); });
  });
}

/// Half of the draws fall evenly, half where a guess, the root of the rate, says that faults matter. Compared with
/// Wilson's at p (1 - p) / variance of the ratio estimate.
TEST(Coverage, ImportanceWeighted) {
  over_grid([](double rate, uint64_t size) {
    const Structures structures(rate);
    const size_t count = structures.shares.size();
    double guesses = 0;
    for (size_t i = 0; i < count; ++i) {
      guesses += structures.shares[i] * std::sqrt(structures.rates[i]);
    }
    std::vector<double> weights;
    std::vector<double> cumulative;
    double sum = 0;
    double variance = 0;
    const double p = structures.truth;
    for (size_t i = 0; i < count; ++i) {
      const double boost = 0.5 + 0.5 * std::sqrt(structures.rates[i]) / guesses;
      weights.push_back(1 / boost);
      sum += structures.shares[i] * boost;
      cumulative.push_back(sum);
      variance += structures.shares[i] / boost * (structures.rates[i] * (1 - 2 * p) + p * p);
    }
    const double trials = static_cast<double>(size) * p * (1 - p) / variance;
    check(label("importance-weighted", p, size), p, [&](CounterRandom& random) {
      SurveyTally tally;
      for (uint64_t i = 0; i < size; ++i) {
        const auto found = std::upper_bound(cumulative.begin(), cumulative.end() - 1, random.uniform_real());
        const auto stratum = static_cast<size_t>(found - cumulative.begin());
        tally.add(0, weights[stratum], 1, happens(random, structures.rates[stratum]) ? 1 : 0);
      }
      return CampaignOutcome{tally.interval({{1, size}}), trials};
    });
  });
}

/// How many of a fault's images it hits: beta-binomial, so that most faults mask on all images and few hit many.
class ImageHits {
 public:
  static constexpr int kImages = 100;

  ImageHits(double rate, double correlation) {
    const double sum = 1 / correlation - 1;
    const double a = rate * sum;
    const double b = (1 - rate) * sum;
    double total = 0;
    for (int hits = 0; hits <= kImages; ++hits) {
      total += std::exp(std::lgamma(kImages + 1.0) - std::lgamma(hits + 1.0) - std::lgamma(kImages - hits + 1.0) +
                        std::lgamma(hits + a) + std::lgamma(kImages - hits + b) - std::lgamma(kImages + sum) +
                        std::lgamma(sum) - std::lgamma(a) - std::lgamma(b));
      cumulative_.push_back(total);
    }
    images_worth_ = kImages / (1 + (kImages - 1) * correlation);
  }

  double draw(CounterRandom& random) const {
    return static_cast<double>(std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, random.uniform_real()) -
                               cumulative_.begin());
  }
  /// Independent trials that one fault's images are worth: images / (1 + (images - 1) correlation).
  double images_worth() const { return images_worth_; }

 private:
  std::vector<double> cumulative_;
  double images_worth_ = 0;
};

TEST(Coverage, ClustersOfImages) {
  for (const double correlation : {0.1, 0.3, 0.6}) {
    over_grid([correlation](double rate, uint64_t size) {
      const ImageHits hits(rate, correlation);
      check(label(fmt::format("100 images a fault, correlation {}", correlation), rate, size), rate,
            [&](CounterRandom& random) {
              SurveyTally tally;
              for (uint64_t i = 0; i < size; ++i) {
                tally.add(0, 1, ImageHits::kImages, hits.draw(random));
              }
              return CampaignOutcome{tally.interval({{1, size}}), static_cast<double>(size) * hits.images_worth()};
            });
    });
  }
}

/// From a fixed population of 5000 faults. Compared with Wilson's at p (1 - p) / variance of the estimate.
TEST(Coverage, ClustersWithoutReplacement) {
  constexpr uint64_t kPopulation = 5000;
  over_grid([](double rate, uint64_t size) {
    const ImageHits hits(rate, 0.3);
    CounterRandom generator(kSeed + 1, 0);
    std::vector<double> faults(kPopulation);
    std::generate(faults.begin(), faults.end(), [&] { return hits.draw(generator); });
    const double truth = std::accumulate(faults.begin(), faults.end(), 0.0) / kPopulation / ImageHits::kImages;
    double squares = 0;
    for (const double fault : faults) {
      squares += std::pow(fault / ImageHits::kImages - truth, 2);
    }
    const auto n = static_cast<double>(size);
    const double variance = squares / (kPopulation - 1) * (1 - n / kPopulation) / n;
    check(label("clusters without replacement of 5000", truth, size), truth, [&](CounterRandom& random) {
      SurveyTally tally;
      for (uint64_t i = 0; i < size; ++i) {
        std::swap(faults[i], faults[i + random.uniform(kPopulation - i)]);
        tally.add(0, 1, ImageHits::kImages, faults[i]);
      }
      return CampaignOutcome{tally.interval({{1, size, kPopulation}}), truth * (1 - truth) / variance};
    });
  });
}

/// One structure with 30 % of the faults; how many of the draws fall into it is random.
TEST(Coverage, DomainOfClusters) {
  over_grid([](double rate, uint64_t size) {
    const ImageHits hits(rate, 0.3);
    const double trials = 0.3 * static_cast<double>(size) * hits.images_worth();
    check(
        label("domain of 30 % with 100 images a fault", rate, size), rate,
        [&](CounterRandom& random) {
          SurveyTally tally;
          for (uint64_t i = 0; i < size; ++i) {
            if (happens(random, 0.3)) {
              tally.add(0, 1, ImageHits::kImages, hits.draw(random));
            }
          }
          return CampaignOutcome{tally.interval({{1, size}}), trials};
        },
        trials * rate < 3 ? Expect::kCoverageOnly : Expect::kBoth);
  });
}

struct Stopping {
  double margin;
  uint64_t batch;
};

TEST(Coverage, Sequential) {
  for (const Stopping& stopping : {Stopping{0.01, 500}, Stopping{0.02, 100}, Stopping{0.05, 100}}) {
    const SequentialRule rule(stopping.margin, 0.95, stopping.batch, 100000);
    for (const double rate : kRates) {
      const std::string name =
          fmt::format("sequential, margin {}, batch {}, p = {}", stopping.margin, stopping.batch, rate);
      check(name, rate, [&](CounterRandom& random) {
        uint64_t hits = 0;
        uint64_t samples = 0;
        while (samples == 0 || !rule.stop(hits, samples)) {
          hits += happens(random, rate) ? 1 : 0;
          ++samples;
        }
        return CampaignOutcome{rule.interval(hits, samples), static_cast<double>(samples)};
      });
    }
  }
}

TEST(Coverage, SequentialClusters) {
  for (const Stopping& stopping : {Stopping{0.01, 500}, Stopping{0.02, 100}, Stopping{0.05, 100}}) {
    const SequentialRule rule(stopping.margin, 0.95, stopping.batch, 100000);
    for (const double rate : kRates) {
      const ImageHits hits(rate, 0.3);
      const std::string name =
          fmt::format("sequential clusters, margin {}, batch {}, p = {}", stopping.margin, stopping.batch, rate);
      check(
          name, rate,
          [&](CounterRandom& random) {
            SurveyTally tally;
            uint64_t samples = 0;
            Interval interval;
            do {
              for (uint64_t i = 0; i < stopping.batch; ++i) {
                tally.add(0, 1, ImageHits::kImages, hits.draw(random));
              }
              samples += stopping.batch;
              interval = tally.interval({{1, samples}}, rule.look_confidence());
            } while (!rule.stop(interval, samples));
            return CampaignOutcome{interval, static_cast<double>(samples) * hits.images_worth()};
          },
          rate < 0.01 && stopping.margin > 0.01 ? Expect::kCoverageOnly : Expect::kBoth);
    }
  }
}

/// Two designs, each with a campaign of its own; compared with the same rule on Wilson's intervals.
TEST(Coverage, DifferenceOfDesigns) {
  constexpr uint64_t kDraws = 1000;
  for (const auto& [first, second] : {std::pair(0.003, 0.02), std::pair(0.02, 0.03), std::pair(0.1, 0.1)}) {
    double covered = 0;
    double width = 0;
    double reference = 0;
    for (int i = 0; i < kCampaigns; ++i) {
      CounterRandom random(kSeed, i);
      uint64_t hits[2] = {};
      for (uint64_t draw = 0; draw < kDraws; ++draw) {
        hits[0] += happens(random, first) ? 1 : 0;
        hits[1] += happens(random, second) ? 1 : 0;
      }
      const Interval interval = difference(clopper_pearson(hits[0], kDraws), clopper_pearson(hits[1], kDraws));
      covered += interval.contains(first - second) ? 1 : 0;
      width += interval.width();
      reference +=
          difference(wilson(static_cast<double>(hits[0]), kDraws), wilson(static_cast<double>(hits[1]), kDraws))
              .width();
    }
    report(fmt::format("difference of {} and {}, n = 1000 each", first, second), covered, width, reference);
    EXPECT_GE(covered / kCampaigns, kLeastCoverage) << "seed " << kSeed;
    EXPECT_LE(width / reference, kMostWidth) << "seed " << kSeed;
  }
}

}  // namespace
}  // namespace faultline::campaign
