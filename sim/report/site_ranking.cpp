#include "sim/report/site_ranking.h"

#include <algorithm>
#include <map>

namespace faultline::report {

using campaign::Interval;
using campaign::Outcome;

std::vector<RankedSite> worst_sites(const campaign::CampaignSummary& summary, double confidence, size_t most) {
  std::map<std::pair<uint64_t, uint64_t>, Interval> known;  ///< bounds cost much, and few pairs of numbers come up
  std::vector<RankedSite> ranked;
  for (const campaign::SiteSummary& site : summary.sites) {
    const uint64_t hits = site.counts.count(Outcome::kCritical);
    if (hits == 0) {
      continue;
    }
    const std::pair<uint64_t, uint64_t> numbers{hits, site.counts.experiments()};
    auto found = known.find(numbers);
    if (found == known.end()) {
      found = known.emplace(numbers, campaign::clopper_pearson(numbers.first, numbers.second, confidence)).first;
    }
    ranked.push_back({site, found->second});
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const RankedSite& a, const RankedSite& b) { return a.critical.low > b.critical.low; });
  ranked.resize(std::min(ranked.size(), most));
  return ranked;
}

}  // namespace faultline::report
