#include <algorithm>

#include "sim/inject/upset.h"

namespace faultline::inject {
namespace {

/// The dimensions along which neighbours lie: the words of a buffer, or the row and the column of a grid.
std::vector<size_t> directions(const SiteSet& sites) {
  const size_t count = sites.ranges.size();
  return count == 0 ? std::vector<size_t>{} : count == 1 ? std::vector<size_t>{0} : std::vector{count - 2, count - 1};
}

int largest(const StructurePopulation& structure) {
  int most = 1;
  for (const size_t dimension : directions(structure.sites)) {
    most = std::max(most, structure.sites.ranges[dimension].count);
  }
  return most;
}

/// A direction that has room for the upset, each as likely.
size_t draw_direction(const SiteSet& sites, int count, hw::CounterRandom& random) {
  std::vector<size_t> wide = directions(sites);
  wide.erase(std::remove_if(wide.begin(), wide.end(), [&](size_t d) { return sites.ranges[d].count < count; }),
             wide.end());
  return wide[random.uniform(wide.size())];
}

/// The same bit of neighbouring elements, from the anchor toward higher indices.
std::vector<hw::Fault> spread(const hw::Fault& anchor, int count, const StructurePopulation& structure,
                              hw::CounterRandom& random) {
  const SiteSet& sites = structure.sites;
  if (sites.ranges.empty()) {
    return {anchor};
  }
  const size_t direction = draw_direction(sites, count, random);
  size_t stride = 1;
  for (size_t d = direction + 1; d < sites.dimensions.size(); ++d) {
    stride *= static_cast<size_t>(sites.dimensions[d]);
  }
  const auto index = static_cast<int>(anchor.site.element / stride % static_cast<size_t>(sites.dimensions[direction]));
  const SiteSet::Range& range = sites.ranges[direction];
  const int first = std::min(index, range.first + range.count - count);
  std::vector<hw::Fault> faults(static_cast<size_t>(count), anchor);
  for (size_t n = 0; n < faults.size(); ++n) {
    faults[n].site.element = anchor.site.element - static_cast<size_t>(index - first) * stride + n * stride;
  }
  return faults;
}

const UpsetPatternRegistration kRegistration{{"neighbouring_pes", largest, spread}};

}  // namespace
}  // namespace faultline::inject
