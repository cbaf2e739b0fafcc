#include "sim/harden/neuron_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/user_error.h"
#include "sim/model/onnx_import.h"

namespace faultline::harden {
namespace {

/// Scores of three layers of the shipped LeNet-5; the last gives signed sums.
class NeuronSelectionTest : public testing::Test {
 protected:
  NeuronSelection select(const SelectionTerms& terms, const std::string& scheme = "lcu") const {
    return select_neurons(network_, find_neuron_scheme(scheme, "test"), scores_, terms);
  }
  static SelectionTerms top(double percent, const std::string& layer = "") { return {std::nullopt, percent, layer}; }
  static SelectionTerms at_least(double nvf, const std::string& layer = "") { return {nvf, std::nullopt, layer}; }

  const model::Network network_ = model::import_onnx(FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx");
  const std::vector<NeuronScores> scores_ = {
      {"conv2", {0.1, 0.3, 0.2, 0.1}}, {"fc1", {0.2, 0, 0, 0.5}}, {"fc3", {0.4, 0.4}}};
};

TEST_F(NeuronSelectionTest, TakesThoseFromTheThresholdOn) {
  const NeuronSelection selection = select(at_least(0.2));
  EXPECT_EQ(selection.considered, 10U);
  EXPECT_EQ(selection.chosen, 6U);
  ASSERT_EQ(selection.layers.size(), 2U);
  EXPECT_EQ(selection.layers[0].name, "conv2");
  EXPECT_EQ(selection.layers[0].neurons, (std::vector<size_t>{1, 2}));
  EXPECT_EQ(selection.layers[1].neurons, (std::vector<size_t>{0, 3}));
  ASSERT_EQ(selection.unprotectable.size(), 1U);
  EXPECT_EQ(selection.unprotectable[0].layer, "fc3");
  EXPECT_EQ(selection.unprotectable[0].neurons, 2U);
  EXPECT_NE(selection.unprotectable[0].reason, "");
}

TEST_F(NeuronSelectionTest, TakesTheMostVulnerableAndOfEqualOnesTheFirst) {
  const NeuronSelection selection = select(top(50));
  EXPECT_EQ(selection.chosen, 5U) << "0.5, 0.4, 0.4, 0.3, and the first 0.2";
  ASSERT_EQ(selection.layers.size(), 2U);
  EXPECT_EQ(selection.layers[0].neurons, (std::vector<size_t>{1, 2}));
  EXPECT_EQ(selection.layers[1].neurons, (std::vector<size_t>{3}));
  EXPECT_EQ(select(top(0)).chosen, 0U);
  EXPECT_EQ(select(top(100)).chosen, 10U);
}

TEST_F(NeuronSelectionTest, KeepsToALayer) {
  const NeuronSelection selection = select(top(50, "conv2"));
  EXPECT_EQ(selection.considered, 4U);
  ASSERT_EQ(selection.layers.size(), 1U);
  EXPECT_EQ(selection.layers[0].neurons, (std::vector<size_t>{1, 2}));
  try {
    select(at_least(0, "conv9"));
    FAIL() << "selected";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(),
                testing::HasSubstr("'conv9' is no layer of the analysis; its layers are conv2, fc1, fc3"));
  }
}

}  // namespace
}  // namespace faultline::harden
