#include "sim/inject/site_box.h"

#include <algorithm>

namespace faultline::inject {

std::optional<SiteSet> intersection(const SiteSet& a, const SiteSet& b) {
  if (a.field != b.field) {
    return std::nullopt;
  }
  SiteSet common = a;
  for (size_t d = 0; d < common.ranges.size(); ++d) {
    const int first = std::max(a.ranges[d].first, b.ranges[d].first);
    const int end = std::min(a.ranges[d].first + a.ranges[d].count, b.ranges[d].first + b.ranges[d].count);
    if (end <= first) {
      return std::nullopt;
    }
    common.ranges[d] = {first, end - first};
  }
  return common;
}

/// Cuts off what lies before and behind the part, dimension by dimension.
std::vector<SiteSet> difference(const SiteSet& whole, const SiteSet& part) {
  std::vector<SiteSet> rest;
  SiteSet left = whole;
  for (size_t d = 0; d < whole.ranges.size(); ++d) {
    const SiteSet::Range outer = left.ranges[d];
    const SiteSet::Range inner = part.ranges[d];
    for (const SiteSet::Range cut :
         {SiteSet::Range{outer.first, inner.first - outer.first},
          SiteSet::Range{inner.first + inner.count, outer.first + outer.count - inner.first - inner.count}}) {
      if (cut.count > 0) {
        rest.push_back(left);
        rest.back().ranges[d] = cut;
      }
    }
    left.ranges[d] = inner;
  }
  return rest;
}

}  // namespace faultline::inject
