#include "sim/engine/requantise_kernel.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include <hwy/targets.h>

#include "gtest/gtest.h"
#include "sim/engine/post_processing.h"

namespace faultline::engine {
namespace {

/// Every shift, with sums around ties and at the ends of their range.
TEST(RequantiseKernel, GivesPostProcessingsCodesOnEveryTarget) {
  constexpr unsigned kSeed = 41;
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    std::mt19937 random(kSeed);
    for (int shift = 0; shift < 64; ++shift) {
      SCOPED_TRACE(std::string(hwy::TargetName(target)) + ", seed " + std::to_string(kSeed) + ", shift " +
                   std::to_string(shift));
      model::PostProcessing post;
      post.bias = {static_cast<int32_t>(random())};
      const int32_t multiplier = random() % 2 == 0 ? 1 << 30 : static_cast<int32_t>(random() >> 1);
      post.factor = {{multiplier, shift}};
      post.residue = {static_cast<int32_t>(random() % (1U << 30)) - (1 << 29)};
      if (random() % 2 == 0) {
        post.residue = {0};
      }
      post.zero_point = static_cast<int32_t>(random() % 256) - 128;
      post.low = random() % 2 == 0 ? -128 : -100;
      post.high = random() % 2 == 0 ? 127 : 90;
      if (random() % 3 == 0) {
        post.channel_range = {{-100, static_cast<int32_t>(random() % 100)}};
        post.zero_outside = random() % 2 == 0;
      }
      std::vector<int32_t> sums = {std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max(), 0};
      for (int i = 0; i < 100; ++i) {
        sums.push_back(static_cast<int32_t>(random()));
        sums.push_back(hw::wrapping_add(static_cast<int32_t>(random() % 512) - 256, -post.bias[0]));
      }
      std::vector<int8_t> codes(sums.size());
      requantise(post, 0, sums.data(), sums.size(), codes.data());
      for (size_t i = 0; i < sums.size(); ++i) {
        ASSERT_EQ(codes[i], post_process(post, 0, sums[i])) << "sum " << sums[i];
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace faultline::engine
