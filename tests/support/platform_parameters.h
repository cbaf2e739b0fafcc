#pragma once

#include <string>
#include <tuple>

#include <gtest/gtest.h>

#include "sim/engine/platform.h"

namespace faultline::test {

/// Which platform a case runs on, and the number of the case.
using PlatformParameters = std::tuple<hw::Dataflow, engine::GridKind, int>;

inline std::string name_of(const testing::TestParamInfo<PlatformParameters>& info) {
  const auto& [dataflow, kind, number] = info.param;
  return std::string(hw::to_string(dataflow)) + (kind == engine::GridKind::kCycle ? "_cycle_" : "_structural_") +
         std::to_string(number);
}

}  // namespace faultline::test
