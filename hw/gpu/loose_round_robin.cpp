#include <algorithm>

#include "hw/gpu/scheduling_policy.h"

namespace faultline::hw::gpu {
namespace {

/// Loose round robin: the warps in turn, from the one after the last that issued; those that cannot are passed over.
class LooseRoundRobin : public SchedulingPolicy {
 public:
  int choose(const std::vector<int>& warps, int last, const WarpTable&) const override {
    const auto next = std::upper_bound(warps.begin(), warps.end(), last);
    return next == warps.end() ? warps.front() : *next;
  }
};

const LooseRoundRobin kPolicy;
const SchedulingPolicyRegistration kRegistration("lrr", kPolicy);

}  // namespace
}  // namespace faultline::hw::gpu
