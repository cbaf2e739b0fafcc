#include "hw/gpu/scheduling_policy.h"

#include <map>

#include "hw/common/invalid_configuration.h"

namespace faultline::hw::gpu {
namespace {

std::map<std::string, const SchedulingPolicy*>& registry() {
  static std::map<std::string, const SchedulingPolicy*> policies;
  return policies;
}

}  // namespace

const SchedulingPolicy& scheduling_policy(const std::string& name) {
  const auto found = registry().find(name);
  if (found == registry().end()) {
    std::string names;
    for (const auto& entry : registry()) {
      names += (names.empty() ? "" : ", ") + entry.first;
    }
    throw InvalidConfiguration("scheduler '" + name + "' is unknown; choose one of " + names);
  }
  return *found->second;
}

SchedulingPolicyRegistration::SchedulingPolicyRegistration(const char* name, const SchedulingPolicy& policy) {
  registry().emplace(name, &policy);
}

}  // namespace faultline::hw::gpu
