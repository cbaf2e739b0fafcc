#include "sim/train/zoo.h"

#include <string>

#include <gtest/gtest.h>

#include "sim/config/user_error.h"

namespace faultline::train {
namespace {

/// Shapes behind every layer, one after the other.
std::vector<model::Shape> shapes_of(const model::FloatNetwork& network) {
  std::vector<model::Shape> shapes;
  model::Shape shape = network.input_shape;
  for (const model::FloatLayer& layer : network.layers) {
    shape = model::output_shape(layer, shape);
    shapes.push_back(shape);
  }
  return shapes;
}

TEST(Zoo, Lenet5HasItsFeatureMaps) {
  EXPECT_EQ(shapes_of(build_zoo_network("lenet5")), (std::vector<model::Shape>{{6, 28, 28},
                                                                               {6, 28, 28},
                                                                               {6, 14, 14},
                                                                               {16, 10, 10},
                                                                               {16, 10, 10},
                                                                               {16, 5, 5},
                                                                               {400},
                                                                               {120},
                                                                               {120},
                                                                               {84},
                                                                               {84},
                                                                               {10}}));
}

TEST(Zoo, PerceptronsDifferInTheirActivationOnly) {
  const model::FloatNetwork tanh = build_zoo_network("mlp_tanh");
  const model::FloatNetwork relu = build_zoo_network("mlp_relu");
  const std::vector<model::Shape> shapes = {{784}, {256}, {256}, {256}, {256}, {256}, {256}, {10}};
  EXPECT_EQ(shapes_of(tanh), shapes);
  EXPECT_EQ(shapes_of(relu), shapes);
  EXPECT_TRUE(std::holds_alternative<model::FloatTanh>(tanh.layers[2].kind));
  EXPECT_TRUE(std::holds_alternative<model::FloatRelu>(relu.layers[2].kind));
}

TEST(Zoo, UnknownName) {
  try {
    build_zoo_network("alexnet");
    FAIL() << "accepted";
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "--network: there is no network 'alexnet'; use one of lenet5, mlp_relu, mlp_tanh");
  }
}

}  // namespace
}  // namespace faultline::train
