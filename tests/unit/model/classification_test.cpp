#include "sim/model/classification.h"

#include <cmath>

#include "gtest/gtest.h"
#include "sim/config/user_error.h"
#include "sim/model/network_input.h"

namespace faultline::model {
namespace {

TEST(Classification, ConfidencesAreSoftmax) {
  const Classification result = classify({1.0, 3.0, 2.0});
  EXPECT_EQ(result.best, 1U);
  EXPECT_FALSE(result.tie);
  const double sum = std::exp(1.0) + std::exp(3.0) + std::exp(2.0);
  EXPECT_NEAR(result.confidences[1], std::exp(3.0) / sum, 1e-15);
  EXPECT_NEAR(result.confidences[0], std::exp(1.0) / sum, 1e-15);
}

TEST(Classification, TiesGoToTheLowestIndex) {
  const Classification result = classify({0.5, 2.0, 2.0});
  EXPECT_EQ(result.best, 1U);
  EXPECT_TRUE(result.tie);
  EXPECT_EQ(classify({7.0}).best, 0U);
}

TEST(Classification, ExtremeAndUndefinedLogitsStayFinite) {
  EXPECT_NEAR(classify({1e300, -1e300}).confidences[0], 1.0, 1e-15);
  const Classification undefined = classify({NAN, NAN});
  EXPECT_EQ(undefined.best, 0U);
  EXPECT_NEAR(undefined.confidences[1], 0.5, 1e-15);
  EXPECT_EQ(classify({NAN, -3.0}).best, 1U);
  EXPECT_NEAR(classify({INFINITY, 0.0}).confidences[0], 1.0, 1e-15);
}

TEST(Classification, CodesAreDequantised) {
  TensorInfo info;
  info.quantisation = {0.25, -3};
  EXPECT_EQ(real_values(info, std::vector<int8_t>{-3, 1, -128}), (std::vector<double>{0.0, 1.0, -31.25}));
}

Network network_taking(const Shape& shape, ElementType type) {
  Network network;
  network.file = "model.onnx";
  network.tensors.resize(1);
  network.tensors[0].shape = shape;
  network.tensors[0].type = type;
  network.graph_input = 0;
  network.graph_outputs = {0};
  return network;
}

Dataset images_of(const Shape& shape) {
  Dataset dataset;
  dataset.source = "mnist:somewhere";
  dataset.shape = shape;
  return dataset;
}

TEST(NetworkInput, ImagesFitWhereExtentsAgree) {
  const Dataset dataset = images_of({1, 28, 28});
  EXPECT_NO_THROW(check_dataset_fits(network_taking({1, 28, 28}, ElementType::kFloat32), dataset));
  EXPECT_NO_THROW(check_dataset_fits(network_taking({28, 28}, ElementType::kFloat32), dataset));
  EXPECT_NO_THROW(check_dataset_fits(network_taking({28, 28, 1}, ElementType::kFloat32), dataset));
  EXPECT_NO_THROW(check_dataset_fits(network_taking({784}, ElementType::kFloat32), dataset));
  EXPECT_THROW(check_dataset_fits(network_taking({3, 28, 28}, ElementType::kFloat32), dataset), UserError);
  EXPECT_THROW(check_dataset_fits(network_taking({1, 32, 32}, ElementType::kFloat32), dataset), UserError);
  EXPECT_THROW(check_dataset_fits(network_taking({783}, ElementType::kFloat32), dataset), UserError);
  EXPECT_THROW(check_dataset_fits(network_taking({32, 32, 3}, ElementType::kFloat32), images_of({3, 32, 32})),
               UserError);
}

TEST(NetworkInput, PixelsBecomeFloatsOrCodes) {
  const uint8_t image[] = {0, 51, 255};
  EXPECT_EQ(std::get<std::vector<float>>(network_input(network_taking({3}, ElementType::kFloat32), image)),
            (std::vector<float>{0.0F, 0.2F, 1.0F}));
  EXPECT_EQ(std::get<std::vector<int8_t>>(network_input(network_taking({3}, ElementType::kInt8), image)),
            (std::vector<int8_t>{-128, -77, 127}));
}

TEST(NetworkInput, ArraysAreSplitIntoSamples) {
  NpyArray array;
  array.shape = {2, 3};
  array.data = std::vector<uint8_t>{0, 128, 255, 1, 2, 3};
  Network network = network_taking({3}, ElementType::kInt8);
  EXPECT_THROW(network_inputs(network, array, "in.npy"), UserError);  // the network takes int8
  network.tensors[0].declared_unsigned = true;
  const auto samples = network_inputs(network, array, "in.npy");
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(std::get<std::vector<int8_t>>(samples[0]), (std::vector<int8_t>{-128, 0, 127}));
  const NpyArray back = network_outputs(network, samples);
  EXPECT_EQ(back.shape, array.shape);
  EXPECT_EQ(std::get<std::vector<uint8_t>>(back.data), std::get<std::vector<uint8_t>>(array.data));
  array.shape = {3, 2};
  EXPECT_THROW(network_inputs(network, array, "in.npy"), UserError);
}

}  // namespace
}  // namespace faultline::model
