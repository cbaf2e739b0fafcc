// LeNet-5 on images with imported multipliers: the functional, the cycle and the cone engine give the same logits.
#include <cstdlib>
#include <filesystem>

#include "gtest/gtest.h"
#include "sim/config/multiplier_option.h"
#include "sim/engine/cone_engine.h"
#include "sim/engine/functional_engine.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"

namespace faultline::engine {
namespace {

/// From the environment, for scripts/check_tables.sh.
std::string setting(const char* name, const std::string& otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : text;
}

const std::string kShared = FAULTLINE_SOURCE_DIR "/../shared";

class ImportedTable : public testing::TestWithParam<const char*> {};

TEST_P(ImportedTable, GivesTheSameLogitsInEveryEngine) {
  const std::string table = setting("FAULTLINE_TABLE", kShared + "/multipliers/" + GetParam());
  const std::string data = setting("FAULTLINE_MNIST", kShared + "/data/mnist");
  if (!std::filesystem::exists(table.substr(0, table.find(','))) || !std::filesystem::exists(data)) {
    GTEST_SKIP() << table << " or " << data << " is absent";
  }
  const hw::AcceleratorConfig config{
      hw::GridConfig(16, 16, hw::Dataflow::kWeightStationary,
                     config::load_multiplier(config::parse_multiplier("table:" + table, "test")))};
  const auto network =
      std::make_shared<const model::Network>(model::import_onnx(FAULTLINE_SOURCE_DIR "/models/lenet5_mnist.onnx"));
  const model::Dataset images = model::load_dataset("mnist:" + data, model::Split::kTest, 2);
  const FunctionalEngine functional(network, config.grid.multiplier);
  AcceleratorEngine cycle(network, config, GridKind::kCycle);
  ConeEngine cone(cycle, network, config);
  const size_t product = cycle.platform().state().field_index("array.pe[*][*].product");
  for (size_t image = 0; image < images.size(); ++image) {
    const model::Values input = model::network_input(*network, images.image(image));
    const GoldenRun golden = cycle.golden(input);
    cone.begin(input);
    EXPECT_EQ(golden.run.tensors, functional.run(input));
    EXPECT_EQ(cone.golden(), golden.run.tensors);
    hw::Fault stuck;
    stuck.site = {product, 16 * 3 + 5};
    stuck.mask = 0x4000;
    stuck.model = hw::FaultModel::kStuckAt1;
    stuck.duration = 0;
    const uint64_t limit = 2 * golden.run.total_cycles;
    const ConeRun followed = cone.run_with_faults({stuck}, limit);
    EXPECT_FALSE(followed.simulated);
    EXPECT_EQ(*followed.tensors, cycle.run_with_faults(golden, {stuck}, limit).tensors);
  }
}

INSTANTIATE_TEST_SUITE_P(OfEvoApproxLib, ImportedTable,
                         testing::Values("mul8s_1KVL.lut", "mul8s_1L1G.lut", "mul8u_125K.lut,unsigned"),
                         [](const auto& table) { return "Table" + std::to_string(table.index); });

}  // namespace
}  // namespace faultline::engine
