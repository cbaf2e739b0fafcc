#include "sim/inject/fault_sampler.h"

#include <algorithm>

#include <fmt/format.h>

namespace faultline::inject {
namespace {

/// The kind that a key chooses, if any.
const FaultSamplerKind* chosen_by(const config::YamlValue& faults, const std::string& key) {
  const config::YamlValue value = faults.require(key);
  for (const FaultSamplerKind& kind : fault_sampler_kinds()) {
    if (kind.key == key && (kind.value.empty() || (value.is_scalar() && value.text(key) == kind.value))) {
      return &kind;
    }
  }
  return nullptr;
}

const FaultSamplerKind& default_sampler() {
  const std::vector<FaultSamplerKind>& kinds = fault_sampler_kinds();
  return *std::find_if(kinds.begin(), kinds.end(), [](const FaultSamplerKind& kind) { return kind.key.empty(); });
}

bool contains(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// What chooses the kind, as it is written.
std::string choice(const FaultSamplerKind& kind) {
  return kind.value.empty() ? kind.key : kind.key + ": " + kind.value;
}

void check_keys_of(const config::YamlValue& faults, const FaultSamplerKind& chosen) {
  for (const std::string& key : faults.keys()) {
    if (contains(chosen.refused, key)) {
      faults.require(key).fail(fmt::format("'{}' means nothing beside '{}'", key, choice(chosen)),
                               "leave one of them out");
    }
    for (const FaultSamplerKind& other : fault_sampler_kinds()) {
      if (contains(other.keys, key) && !contains(chosen.keys, key)) {
        faults.require(key).fail(fmt::format("'{}' means nothing without '{}'", key, choice(other)),
                                 "give both or neither");
      }
    }
  }
}

}  // namespace

std::vector<FaultSamplerKind>& fault_sampler_kinds() {
  static std::vector<FaultSamplerKind> kinds;
  return kinds;
}

const FaultSamplerKind& chosen_sampler(const config::YamlValue& faults) {
  const FaultSamplerKind* chosen = nullptr;
  for (const std::string& key : faults.keys()) {
    const FaultSamplerKind* kind = chosen_by(faults, key);
    if (kind != nullptr && chosen != nullptr) {
      faults.require(key).fail(fmt::format("'{}' and '{}' contradict each other", choice(*chosen), choice(*kind)),
                               "keep one of them");
    }
    chosen = kind != nullptr ? kind : chosen;
  }
  const FaultSamplerKind& kind = chosen != nullptr ? *chosen : default_sampler();
  check_keys_of(faults, kind);
  return kind;
}

}  // namespace faultline::inject
