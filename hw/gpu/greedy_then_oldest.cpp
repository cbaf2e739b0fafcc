#include <algorithm>

#include "hw/gpu/scheduling_policy.h"

namespace faultline::hw::gpu {
namespace {

/// Greedy then oldest: the warp that issued last as long as it can, then the one that has been resident longest.
/// Rogers, O'Connor, Aamodt: Cache-Conscious Wavefront Scheduling, MICRO 2012.
class GreedyThenOldest : public SchedulingPolicy {
 public:
  int choose(const std::vector<int>& warps, int last, const WarpTable& table) const override {
    if (std::binary_search(warps.begin(), warps.end(), last)) {
      return last;
    }
    return *std::min_element(warps.begin(), warps.end(), [&](int a, int b) { return table.age(a) < table.age(b); });
  }
};

const GreedyThenOldest kPolicy;
const SchedulingPolicyRegistration kRegistration("gto", kPolicy);

}  // namespace
}  // namespace faultline::hw::gpu
