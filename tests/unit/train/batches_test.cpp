#include "sim/train/batches.h"

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace faultline::train {
namespace {

/// Images of 9x9 with one bright pixel in the middle; image i is labelled i.
model::Dataset dots(size_t count) {
  model::Dataset data;
  data.shape = {1, 9, 9};
  data.pixels.assign(count * 81, 0);
  for (size_t i = 0; i < count; ++i) {
    data.pixels[i * 81 + 40] = 255;
    data.labels.push_back(static_cast<uint8_t>(i));
  }
  return data;
}

std::vector<int64_t> order_of(const Batches& batches) {
  std::vector<int64_t> order;
  for (size_t i = 0; i < batches.count(); ++i) {
    const Batch batch = batches.batch(i);
    order.insert(order.end(), batch.labels.begin(), batch.labels.end());
  }
  return order;
}

TEST(Batches, AnEpochHasEveryImageOnce) {
  const model::Dataset data = dots(100);
  const Batches batches(data, 1, 1, 16);
  EXPECT_EQ(batches.count(), 7U);
  EXPECT_EQ(batches.batch(6).labels.size(), 4U);
  const std::vector<int64_t> order = order_of(batches);
  EXPECT_EQ(order.size(), 100U);
  EXPECT_EQ(std::set<int64_t>(order.begin(), order.end()).size(), 100U);
}

TEST(Batches, OrderDependsOnSeedAndEpochOnly) {
  const model::Dataset data = dots(100);
  const std::vector<int64_t> order = order_of(Batches(data, 1, 1, 16));
  EXPECT_EQ(order, order_of(Batches(data, 1, 1, 10)));
  EXPECT_NE(order, order_of(Batches(data, 1, 2, 16)));
  EXPECT_NE(order, order_of(Batches(data, 2, 1, 16)));
}

TEST(Batches, ImagesMoveByUpToTwoPixelsInEveryDirection) {
  const model::Dataset data = dots(250);
  const Batches batches(data, 3, 1, 250);
  const Batch batch = batches.batch(0);
  std::set<std::ptrdiff_t> places;
  for (size_t i = 0; i < 250; ++i) {
    const auto begin = batch.pixels.begin() + static_cast<std::ptrdiff_t>(i * 81);
    ASSERT_EQ(std::count(begin, begin + 81, 0.0F), 80);
    const std::ptrdiff_t place = std::find(begin, begin + 81, 1.0F) - begin;
    ASSERT_LT(place, 81);
    places.insert(place);
    EXPECT_LE(std::abs(place / 9 - 4), 2);
    EXPECT_LE(std::abs(place % 9 - 4), 2);
  }
  EXPECT_EQ(places.size(), 25U);
}

TEST(Batches, ZerosMoveIn) {
  model::Dataset data = dots(50);
  std::fill(data.pixels.begin(), data.pixels.end(), uint8_t{255});
  const Batch batch = Batches(data, 4, 1, 50).batch(0);
  std::set<std::ptrdiff_t> bright;
  for (size_t i = 0; i < 50; ++i) {
    const auto begin = batch.pixels.begin() + static_cast<std::ptrdiff_t>(i * 81);
    bright.insert(std::count(begin, begin + 81, 1.0F));
  }
  // Products of 9 or 8 or 7 rows and columns.
  EXPECT_EQ(bright, (std::set<std::ptrdiff_t>{49, 56, 63, 64, 72, 81}));
}

}  // namespace
}  // namespace faultline::train
