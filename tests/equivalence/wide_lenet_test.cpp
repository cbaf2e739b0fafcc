// The shipped networks of 12 and 16 bits: the simulated platforms against the functional engine.
#include <memory>
#include <string>
#include <tuple>

#include "gtest/gtest.h"
#include "sim/config/multiplier_option.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::engine {
namespace {

using Parameters = std::tuple<int, hw::Dataflow, GridKind, std::string>;

std::string name_of_platform(const testing::TestParamInfo<Parameters>& info) {
  const auto& [bits, dataflow, kind, multiplier] = info.param;
  return "bits" + std::to_string(bits) + "_" + hw::to_string(dataflow) +
         (kind == GridKind::kCycle ? "_cycle_" : "_structural_") + multiplier.substr(0, multiplier.find(':'));
}

/// SystemC elaborates once per process: each case builds one platform.
class WideLenet : public testing::TestWithParam<Parameters> {};

TEST_P(WideLenet, EveryTensorEqualsTheFunctionalEngines) {
  const auto& [bits, dataflow, kind, name] = GetParam();
  const auto network = std::make_shared<const model::Network>(
      model::import_onnx(FAULTLINE_SOURCE_DIR "/models/lenet5_digits_" + std::to_string(bits) + "bit.onnx"));
  ASSERT_EQ(network->format.operand_bits, bits);
  const model::Dataset digits = model::load_dataset("builtin:digits", model::Split::kTest, 1);
  const model::Values input = model::network_input(*network, digits.image(0));
  const hw::Multiplier multiplier = config::load_multiplier(config::parse_multiplier(name, "multiplier", 0, bits));
  const hw::AcceleratorConfig config{hw::GridConfig(16, 16, dataflow, multiplier)};
  AcceleratorEngine engine(network, config, kind);
  ASSERT_EQ(engine.run(input).tensors, FunctionalEngine(network, multiplier).run(input));
}

INSTANTIATE_TEST_SUITE_P(Shipped, WideLenet,
                         testing::Combine(testing::Values(12, 16),
                                          testing::Values(hw::Dataflow::kWeightStationary,
                                                          hw::Dataflow::kOutputStationary,
                                                          hw::Dataflow::kInputStationary),
                                          testing::Values(GridKind::kCycle, GridKind::kStructural),
                                          testing::Values("exact", "drum:k=6")),
                         name_of_platform);

}  // namespace
}  // namespace faultline::engine
