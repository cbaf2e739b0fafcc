#include "sim/campaign/metric_tallies.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "sim/campaign/metric.h"

namespace faultline::campaign {
namespace {

/// So many kinds are kept before they go into the tallies: weights may all differ.
constexpr size_t kMostKinds = 4096;

int count(const std::vector<MetricAnswers>& rows, uint64_t MetricAnswers::*answers, size_t metric) {
  int sum = 0;
  for (const MetricAnswers& row : rows) {
    sum += static_cast<int>((row.*answers >> metric) & 1);
  }
  return sum;
}

}  // namespace

MetricAnswers ask(const ExperimentRow& row) {
  MetricAnswers answers;
  const std::vector<Metric>& all = metrics();
  for (size_t i = 0; i < all.size(); ++i) {
    const bool applies = !all[i].applies || all[i].applies(row);
    answers.applies |= uint64_t{applies} << i;
    answers.holds |= uint64_t{applies && all[i].holds(row)} << i;
  }
  return answers;
}

MetricTallies::MetricTallies() : tallies_(metrics().size()) {
  if (tallies_.size() > std::numeric_limits<uint64_t>::digits) {
    throw std::logic_error("more metrics than bits of MetricAnswers");
  }
}

bool MetricTallies::Kind::operator==(const Kind& other) const {
  return stratum == other.stratum && weight == other.weight && answers.applies == other.answers.applies &&
         answers.holds == other.answers.holds;
}

size_t MetricTallies::KindHash::operator()(const Kind& kind) const {
  constexpr uint64_t kFactor = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio, odd
  uint64_t hash = std::hash<double>()(kind.weight);
  for (const uint64_t word : {uint64_t{kind.stratum}, kind.answers.applies, kind.answers.holds}) {
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 32;
  }
  return hash;
}

void MetricTallies::tally_kinds() {
  for (const auto& [kind, times] : kinds_) {
    for (size_t metric = 0; metric < tallies_.size(); ++metric) {
      const auto applies = static_cast<double>((kind.answers.applies >> metric) & 1);
      const auto holds = static_cast<double>((kind.answers.holds >> metric) & 1);
      tallies_[metric].add(kind.stratum, kind.weight, applies, holds, times);
    }
  }
  kinds_.clear();
}

void MetricTallies::add(size_t stratum, double weight, const std::vector<MetricAnswers>& rows) {
  ++experiments_;
  if (rows.size() == 1) {
    ++kinds_[{stratum, weight, rows.front()}];
    if (kinds_.size() >= kMostKinds) {
      tally_kinds();
    }
    return;
  }
  for (size_t metric = 0; metric < tallies_.size(); ++metric) {
    tallies_[metric].add(stratum, weight, count(rows, &MetricAnswers::applies, metric),
                         count(rows, &MetricAnswers::holds, metric));
  }
}

std::vector<Interval> MetricTallies::intervals(const std::vector<Stratum>& strata, double confidence) {
  tally_kinds();
  std::vector<Interval> all;
  std::transform(tallies_.begin(), tallies_.end(), std::back_inserter(all),
                 [&](const SurveyTally& tally) { return tally.interval(strata, confidence); });
  return all;
}

}  // namespace faultline::campaign
