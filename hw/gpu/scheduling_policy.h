#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/gpu/warp_table.h"

namespace faultline::hw::gpu {

/// Which of a partition's warps issues. One file per policy defines one and registers it.
class SchedulingPolicy {
 public:
  virtual ~SchedulingPolicy() = default;

  /// One of the warps of a partition that can issue, of which there is at least one. They come in ascending order;
  /// `last` is the warp that issued last.
  virtual int choose(const std::vector<int>& warps, int last, const WarpTable& table) const = 0;
};

/// A policy by name. Throws InvalidConfiguration for a name that none has.
const SchedulingPolicy& scheduling_policy(const std::string& name);

/// File-scope object that makes a policy known.
struct SchedulingPolicyRegistration {
  SchedulingPolicyRegistration(const char* name, const SchedulingPolicy& policy);
};

}  // namespace faultline::hw::gpu
