// Networks with activations of 12 and 16 bits: from a float network through a file to the functional engine.
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "dataset_files.h"
#include "sim/engine/functional_engine.h"
#include "sim/engine/layer_multipliers.h"
#include "sim/model/classification.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_export.h"
#include "sim/model/onnx_import.h"
#include "small_network.h"

namespace faultline::model {
namespace {

using model_test::labelled_images;
using model_test::small_network;

class WideNetwork : public testing::TestWithParam<int> {
 protected:
  std::shared_ptr<const Network> import(const std::string& bytes) const {
    const std::string path = directory_.string() + "/network.onnx";
    std::ofstream(path, std::ios::binary) << bytes;
    return std::make_shared<const Network>(import_onnx(path));
  }

  const model_test::TemporaryDirectory directory_;
  const FloatNetwork float_network_ = small_network(35);
  const Dataset images_ = labelled_images(float_network_, 60, 36);
  const hw::OperandFormat format_{GetParam()};
};

TEST_P(WideNetwork, LogitsAreThoseOfTheFloatNetworkUpToTheRounding) {
  const auto network = import(to_onnx(quantise(float_network_, images_, format_)));
  EXPECT_EQ(network->format, format_);
  const engine::FunctionalEngine functional(network, hw::Multiplier(format_));
  double largest = 0;
  double error = 0;
  for (size_t i = 0; i < images_.size(); ++i) {
    const auto logits = classify(*network, functional.run(network_input(*network, images_.image(i)))).logits;
    std::vector<float> values;
    for (int64_t pixel = 0; pixel < element_count(images_.shape); ++pixel) {
      values.push_back(static_cast<float>(images_.image(i)[pixel]) / 255.0F);
    }
    const auto expected = run_float_network(float_network_, values, [](size_t, std::vector<float>&) {});
    for (size_t n = 0; n < expected.size(); ++n) {
      largest = std::max(largest, std::abs(static_cast<double>(expected[n])));
      error = std::max(error, std::abs(logits[n] - static_cast<double>(expected[n])));
    }
  }
  // Each of the seven roundings and three layers' weights adds at most a few steps of 2^-(bits - 1) of its range.
  EXPECT_LT(error, 40 * largest / format_.highest());
  EXPECT_GT(error, 0);
}

TEST_P(WideNetwork, LayersRunOnTheArrayInTheirFormat) {
  const auto network = import(to_onnx(quantise(float_network_, images_, format_)));
  int matrices = 0;
  int pools = 0;
  for (const auto& step : network->operators) {
    if (const auto* matrix = dynamic_cast<const MatrixOperator*>(step.get())) {
      ++matrices;
      EXPECT_EQ(matrix->format, format_);
      EXPECT_EQ(matrix->planes, 1);
      EXPECT_TRUE(matrix->weights.empty());
      for (const int16_t weight : matrix->wide_weights) {
        EXPECT_LE(std::abs(weight), format_.highest());
      }
    } else if (dynamic_cast<const PoolingOperator*>(step.get()) != nullptr) {
      ++pools;
    }
  }
  EXPECT_EQ(matrices, 3);
  EXPECT_EQ(pools, 1);
}

TEST_P(WideNetwork, Int16CodesNeedZeroPointZero) {
  onnx::ModelProto model;
  model.ParseFromString(to_onnx(quantise(float_network_, images_, format_)));
  for (onnx::TensorProto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.name() == "relu.output_zero_point") {
      tensor.set_raw_data(std::string{"\x05\x00", 2});
    }
  }
  EXPECT_THAT(model_test::message_of([&] { import(model.SerializeAsString()); }),
              testing::HasSubstr("has zero point 5 for int16 codes; it must be 0"));
}

TEST_P(WideNetwork, ActivationsHaveOneWidth) {
  onnx::ModelProto model;
  model.ParseFromString(to_onnx(quantise(float_network_, images_, format_)));
  for (onnx::TensorProto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.name() == "relu.output_zero_point") {
      tensor.set_data_type(onnx::TensorProto::INT8);
      tensor.set_raw_data(std::string(1, '\0'));
    }
  }
  EXPECT_THAT(model_test::message_of([&] { import(model.SerializeAsString()); }),
              testing::HasSubstr("quantises to another width than the rest of the network"));
}

INSTANTIATE_TEST_SUITE_P(Bits, WideNetwork, testing::Values(12, 16));

}  // namespace
}  // namespace faultline::model
