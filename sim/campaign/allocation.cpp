#include "sim/campaign/allocation.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

/// A stratum's claim on draws, and its bounds.
struct Claim {
  double score = 0;
  double least = 0;
  double most = 0;

  double at(double level) const { return std::clamp(level * score, least, most); }
};

std::vector<Claim> claims_of(const std::vector<AllocationStratum>& strata, const std::vector<double>& scores) {
  std::vector<Claim> claims;
  for (size_t i = 0; i < strata.size(); ++i) {
    const bool present = strata[i].share > 0 && strata[i].most > 0;
    const auto most = static_cast<double>(strata[i].most);
    claims.push_back(present ? Claim{scores[i], std::min(static_cast<double>(strata[i].least), most), most} : Claim{});
  }
  return claims;
}

double sum_at(const std::vector<Claim>& claims, double level) {
  return std::accumulate(claims.begin(), claims.end(), 0.0,
                         [level](double sum, const Claim& claim) { return sum + claim.at(level); });
}

/// The level at which the claims add up to `total`: bisected, for the sum rises with it.
double common_level(const std::vector<Claim>& claims, double total) {
  double low = 0;
  double high = 1;
  while (sum_at(claims, high) < total) {
    low = high;
    high *= 2;
  }
  for (double middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    (sum_at(claims, middle) < total ? low : high) = middle;
  }
  return low;
}

void require_feasible(uint64_t total, const std::vector<Claim>& claims) {
  double least = 0;
  double most = 0;
  for (const Claim& claim : claims) {
    least += claim.least;
    most += claim.most;
  }
  const auto draws = static_cast<double>(total);
  if (draws < least) {
    throw UserError("sample", 0, fmt::format("{} faults for strata that need {:.0f} at least", total, least),
                    "draw more faults or make fewer strata");
  }
  if (draws > most) {
    throw UserError("sample", 0, fmt::format("{} faults from a population of {:.0f}", total, most),
                    "draw at most the whole population");
  }
}

/// Rounds what each claim gets, first down, then up where the most was cut off.
std::vector<uint64_t> apportion(uint64_t total, const std::vector<Claim>& claims) {
  require_feasible(total, claims);
  const double level = common_level(claims, static_cast<double>(total));
  std::vector<uint64_t> draws;
  std::vector<double> remainders;
  for (const Claim& claim : claims) {
    const double whole = std::floor(claim.at(level));
    draws.push_back(static_cast<uint64_t>(whole));
    remainders.push_back(claim.at(level) - whole);
  }
  std::vector<size_t> order(claims.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  uint64_t missing = total - std::accumulate(draws.begin(), draws.end(), uint64_t{0});
  for (size_t i = 0; missing > 0; i = (i + 1) % order.size()) {
    const size_t stratum = order[i];
    if (static_cast<double>(draws[stratum]) < claims[stratum].most) {
      ++draws[stratum];
      --missing;
    }
  }
  return draws;
}

}  // namespace

double PilotStratum::smoothed_deviation() const {
  const double experiments = experiments_ + 1;
  const double mean = (sum_ + 0.5) / experiments;
  return std::sqrt(std::max(0.0, (squares_ + 0.5) / experiments - mean * mean));
}

std::vector<uint64_t> proportional_allocation(uint64_t total, const std::vector<AllocationStratum>& strata) {
  std::vector<double> scores;
  std::transform(strata.begin(), strata.end(), std::back_inserter(scores),
                 [](const AllocationStratum& stratum) { return stratum.share; });
  return apportion(total, claims_of(strata, scores));
}

std::vector<uint64_t> neyman_allocation(uint64_t total, const std::vector<AllocationStratum>& strata,
                                        const std::vector<PilotStratum>& pilot) {
  std::vector<double> scores;
  std::transform(strata.begin(), strata.end(), pilot.begin(), std::back_inserter(scores),
                 [](const AllocationStratum& stratum, const PilotStratum& seen) {
                   return stratum.share * seen.smoothed_deviation();
                 });
  return apportion(total, claims_of(strata, scores));
}

}  // namespace faultline::campaign
