#include "sim/parallel/share_size.h"

#include <gtest/gtest.h>

namespace faultline::parallel {
namespace {

/// The size of a share after so many measurements of a lane that takes `time` for a run.
size_t size_after(int measurements, std::chrono::duration<double> time) {
  ShareSize share;
  ShareSize::Clock::time_point now;
  share.begin(now);
  for (int i = 0; i < measurements; ++i) {
    const size_t runs = share.runs();
    now += std::chrono::duration_cast<ShareSize::Clock::duration>(time * static_cast<double>(runs));
    share.add(runs, now);
  }
  return share.runs();
}

TEST(ShareSize, IsWhatALaneDoesInAFifthOfASecond) {
  EXPECT_EQ(size_after(0, std::chrono::milliseconds(1)), 1u);
  EXPECT_EQ(size_after(1, std::chrono::milliseconds(1)), 4u) << "one measurement is not trusted far";
  EXPECT_NEAR(static_cast<double>(size_after(10, std::chrono::milliseconds(1))), 200, 1);
  EXPECT_EQ(size_after(10, std::chrono::milliseconds(8)), 25u);
  EXPECT_EQ(size_after(10, std::chrono::seconds(3)), 1u);
}

TEST(ShareSize, IsBounded) {
  EXPECT_EQ(size_after(20, std::chrono::microseconds(1)), 4096u);
  EXPECT_EQ(size_after(20, std::chrono::microseconds(0)), 4096u);
}

}  // namespace
}  // namespace faultline::parallel
