#include "sim/campaign/sequential.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

constexpr double kLeastMargin = 0.005;
/// States and steps of less probability are left out.
constexpr double kNegligible = 1e-13;
/// Standard deviations that hold all but a negligible probability.
constexpr double kReach = 8;

/// A distribution over consecutive numbers of hits.
struct Distribution {
  int64_t first = 0;
  std::vector<double> probability;

  int64_t end() const { return first + static_cast<int64_t>(probability.size()); }
};

/// Hits in `trials`, without negligible ends.
Distribution binomial(uint64_t trials, double rate) {
  const auto n = static_cast<double>(trials);
  const double odds = rate / (1 - rate);
  const double mode = std::floor((n + 1) * rate);
  const double peak = boost::math::pdf(boost::math::binomial_distribution<double>(n, rate), mode);
  std::vector<double> below;
  double term = peak;
  for (double k = mode; k > 0 && term > kNegligible; --k) {
    term *= k / ((n - k + 1) * odds);
    below.push_back(term);
  }
  Distribution hits{static_cast<int64_t>(mode) - static_cast<int64_t>(below.size()), {below.rbegin(), below.rend()}};
  term = peak;
  for (double k = mode; term > 0; ++k) {
    hits.probability.push_back(term);
    term *= term > kNegligible ? (n - k) / (k + 1) * odds : 0;
  }
  return hits;
}

Distribution sum(const Distribution& a, const Distribution& b) {
  Distribution both{a.first + b.first, std::vector<double>(a.probability.size() + b.probability.size() - 1)};
  for (size_t i = 0; i < a.probability.size(); ++i) {
    for (size_t j = 0; j < b.probability.size(); ++j) {
      both.probability[i + j] += a.probability[i] * b.probability[j];
    }
  }
  return both;
}

void prune(Distribution& hits) {
  const auto matters = [](double probability) { return probability > kNegligible; };
  const auto begin = hits.probability.begin();
  const auto first = std::find_if(begin, hits.probability.end(), matters);
  const auto last = std::find_if(hits.probability.rbegin(), hits.probability.rend(), matters).base();
  hits.first += first - begin;
  hits.probability = first < last ? std::vector<double>(first, last) : std::vector<double>();
}

double reach(const Interval& interval) {
  return std::max(interval.high - interval.estimate, interval.estimate - interval.low);
}

Interval mirror(const Interval& interval) {
  return {1 - interval.estimate, 1 - interval.high, 1 - interval.low};
}

/// The most hits, up to half of `samples`, at which the interval is inside the margin; it widens towards the half.
int64_t most_hits_inside(uint64_t samples, double margin, double confidence, int64_t at_least) {
  int64_t inside = at_least;
  int64_t outside = static_cast<int64_t>(samples / 2) + 1;
  while (outside - inside > 1) {
    const int64_t middle = inside + (outside - inside) / 2;
    (reach(clopper_pearson(static_cast<uint64_t>(middle), samples, confidence)) <= margin ? inside : outside) = middle;
  }
  return inside;
}

/// Coverage falls where the rate leaves an interval: appends the rates just outside, up to 1/2 (it is symmetric).
void append_outside(std::vector<double>& rates, const Interval& interval) {
  constexpr double kJust = 1e-9;
  for (const double rate : {interval.low * (1 - kJust), interval.high * (1 + kJust)}) {
    if (rate > 0 && rate <= 0.5) {
      rates.push_back(rate);
    }
  }
}

/// Leaves out rates that are close to their neighbours where there are many.
std::vector<double> thinned(std::vector<double> rates) {
  constexpr size_t kMany = 800;
  constexpr double kStep = 1.01;
  std::sort(rates.begin(), rates.end());
  if (rates.size() <= kMany) {
    return rates;
  }
  std::vector<double> kept;
  for (const double rate : rates) {
    if (kept.empty() || rate >= kept.back() * kStep) {
      kept.push_back(rate);
    }
  }
  return kept;
}

}  // namespace

SequentialRule::SequentialRule(double margin, double confidence, uint64_t batch, uint64_t max_samples)
    : margin_(margin), batch_(batch), max_samples_(max_samples) {
  if (!(margin >= kLeastMargin && margin < 0.5)) {
    throw UserError("sequential stopping", 0, fmt::format("margin {} is not between {} and 0.5", margin, kLeastMargin),
                    "draw a sample of fixed size for smaller margins");
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw UserError("sequential stopping", 0, fmt::format("confidence {} is not between 0 and 1", confidence),
                    "give a number above 0 and below 1");
  }
  if (batch == 0 || max_samples == 0) {
    throw UserError("sequential stopping", 0, "a batch or a largest sample of 0", "give whole numbers of 1 or more");
  }
  constexpr int kSteps = 8;
  // Miss probabilities of a look: `low` is strict enough.
  double low = 0;
  double high = 1 - confidence;
  plan_ = plan_at(confidence);
  if (least_coverage(plan_) < confidence) {
    low = high;
    do {
      low /= 2;
      plan_ = plan_at(1 - low);
    } while (least_coverage(plan_) < confidence);
    for (int step = 0; step < kSteps; ++step) {
      const double middle = (low + high) / 2;
      Plan plan = plan_at(1 - middle);
      if (least_coverage(plan) < confidence) {
        high = middle;
      } else {
        low = middle;
        plan_ = std::move(plan);
      }
    }
  }
}

bool SequentialRule::is_look(uint64_t samples) const {
  return samples > 0 && (samples % batch_ == 0 || samples >= max_samples_);
}

bool SequentialRule::stop(uint64_t hits, uint64_t samples) const {
  return is_look(samples) && stop(interval(hits, samples), samples);
}

Interval SequentialRule::interval(uint64_t hits, uint64_t samples) const {
  return clopper_pearson(hits, samples, look_confidence());
}

bool SequentialRule::stop(const Interval& interval, uint64_t samples) const {
  return is_look(samples) && (samples >= max_samples_ || reach(interval) <= margin_);
}

double SequentialRule::coverage(double rate) const {
  return coverage(plan_, rate);
}

SequentialRule::Plan SequentialRule::plan_at(double look_confidence) const {
  Plan plan;
  plan.look_confidence = look_confidence;
  int64_t before = -1;
  for (uint64_t samples = std::min(batch_, max_samples_);; samples = std::min(samples + batch_, max_samples_)) {
    Look look{samples, most_hits_inside(samples, margin_, look_confidence, before), false};
    const auto half = static_cast<int64_t>(samples / 2);
    look.last = samples == max_samples_ || look.few >= half;
    if (look.few < 0 && !look.last) {
      continue;
    }
    std::vector<Interval> intervals;
    for (int64_t hits = before + 1; hits <= (look.last ? half : look.few); ++hits) {
      intervals.push_back(clopper_pearson(static_cast<uint64_t>(hits), samples, look_confidence));
    }
    plan.at_stop.push_back(std::move(intervals));
    plan.looks.push_back(look);
    before = look.few;
    if (look.last) {
      break;
    }
  }
  return plan;
}

/// Hits after a look are those after the look before it plus those of the batch; what stops is taken out.
double SequentialRule::coverage(const Plan& plan, double rate) const {
  double covered = 0;
  Distribution running;
  int64_t before = -1;
  uint64_t samples = 0;
  for (size_t i = 0; i < plan.looks.size(); ++i) {
    const Look& look = plan.looks[i];
    const auto n = static_cast<double>(look.samples);
    const auto few = static_cast<double>(look.few);
    const double spread = kReach * std::sqrt(n * rate * (1 - rate)) + kReach;
    // As long as no stop is in sight, the looks are skipped.
    const bool in_sight = few >= n * std::min(rate, 1 - rate) - spread || look.last;
    if (!in_sight && running.probability.empty()) {
      before = look.few;
      continue;
    }
    running = running.probability.empty() && samples == 0 ? binomial(look.samples, rate)
                                                          : sum(running, binomial(look.samples - samples, rate));
    samples = look.samples;
    const auto total = static_cast<int64_t>(look.samples);
    for (int64_t hits = running.first; hits < running.end(); ++hits) {
      const int64_t fewer = std::min(hits, total - hits);
      double& probability = running.probability[static_cast<size_t>(hits - running.first)];
      if (fewer > look.few && !look.last) {
        continue;
      }
      if (fewer > before) {
        const Interval& lesser = plan.at_stop[i][static_cast<size_t>(fewer - before - 1)];
        const Interval interval = hits == fewer ? lesser : mirror(lesser);
        covered += interval.contains(rate) ? probability : 0.0;
      }
      probability = 0;
    }
    before = look.few;
    prune(running);
    if (running.probability.empty()) {
      break;
    }
  }
  return covered;
}

double SequentialRule::least_coverage(const Plan& plan) const {
  std::vector<double> rates;
  for (const std::vector<Interval>& intervals : plan.at_stop) {
    for (const Interval& interval : intervals) {
      append_outside(rates, interval);
      append_outside(rates, mirror(interval));
    }
  }
  double least = 1;
  for (const double rate : thinned(std::move(rates))) {
    least = std::min(least, coverage(plan, rate));
  }
  return least;
}

}  // namespace faultline::campaign
