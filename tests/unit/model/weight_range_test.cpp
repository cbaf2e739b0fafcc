#include "sim/model/weight_range.h"

#include <gtest/gtest.h>

namespace faultline::model {
namespace {

TEST(WeightRange, IsThatOfAllPlanes) {
  MatrixOperator layer;
  layer.weights = {3, -5, 0, 60};
  EXPECT_EQ(weight_range(layer).low, -5);
  EXPECT_EQ(weight_range(layer).high, 60);
  layer.weights = {7, 4};
  EXPECT_EQ(weight_range(layer).low, 4);
  EXPECT_EQ(weight_range(layer).high, 7);
}

TEST(WeightRange, OfWideWeights) {
  MatrixOperator layer;
  layer.format = {12};
  layer.wide_weights = {-2048, 1};
  EXPECT_EQ(weight_range(layer).low, -2048);
  EXPECT_EQ(weight_range(layer).high, 1);
}

TEST(WeightRange, NeedsTheBitsOfItsFartherEnd) {
  EXPECT_EQ(bits_of({0, 0}), 1);
  EXPECT_EQ(bits_of({-1, 0}), 1);
  EXPECT_EQ(bits_of({0, 1}), 2);
  EXPECT_EQ(bits_of({-2, 1}), 2);
  EXPECT_EQ(bits_of({-64, 63}), 7);
  EXPECT_EQ(bits_of({-65, 0}), 8);
  EXPECT_EQ(bits_of({0, 64}), 8);
  EXPECT_EQ(bits_of({-128, 127}), 8);
  EXPECT_EQ(bits_of({-32768, 0}), 16);
}

}  // namespace
}  // namespace faultline::model
