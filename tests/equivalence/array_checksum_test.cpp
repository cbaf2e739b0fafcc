#include <cstdio>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/repetitions.h"
#include "tests/support/wide_network.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 61;

struct Array {
  hw::Dataflow dataflow;
  int rows;
  int columns;
  hw::OperandFormat format = {};
};

std::string name_of_array(const Array& array) {
  return hw::to_string(array.dataflow) + std::to_string(array.rows) + "x" + std::to_string(array.columns) +
         (array.format.wide() ? "_" + std::to_string(array.format.operand_bits) + "bit" : "");
}

void PrintTo(const Array& array, std::ostream* out) {  // NOLINT(readability-identifier-naming): GoogleTest's name
  *out << name_of_array(array);
}

/// A small network on an array with checksums. Its layers need several folds and tiles, most of them ragged.
class ArrayChecksumTest : public testing::TestWithParam<Array> {
 protected:
  ArrayChecksumTest() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam().dataflow))) {
    const Array& array = GetParam();
    const auto network = test::small_classifier(maker_, test::Codes::kSpread);
    const bool wide = array.format.wide();
    network_ = wide ? test::widened(maker_, array.format, network) : network;
    config_ = maker_.configuration(array.dataflow, 5);
    config_.grid = hw::GridConfig(array.rows, array.columns, array.dataflow, hw::Multiplier(array.format));
    config_.psum_rows = 64;
    config_.parameter_entries = 16;
    test::enlarge_until_it_fits(*network_, config_);
    input_ = wide ? model::Values(maker_.wide_codes(100, array.format)) : model::Values(maker_.codes(100));
  }

  /// Small arrays take many cycles.
  static int faults_of(int times) {
    return GetParam().rows * GetParam().columns < 4 ? test::repetitions(times) / 4 : test::repetitions(times);
  }
  /// A sanitized build has too few faults to expect any.
  static void expect_some(int count) {
    if (!test::kSanitized) {
      EXPECT_GT(count, 0);
    }
  }
  void check(bool corrects) { config_.protection.checksum = hw::ArrayChecksum{corrects}; }
  std::vector<model::Values> functional() const {
    return FunctionalEngine(network_, config_.grid.multiplier).run(input_);
  }
  /// A flip of one of the lower `bits` bits in one of these fields of the array, in the first `cycles` cycles.
  hw::Fault flip(const hw::StateTable& table, const std::vector<std::string>& paths, uint64_t cycles, int bits = 64) {
    hw::Fault fault;
    fault.site.field =
        table.field_index(paths[static_cast<size_t>(maker_.between(0, static_cast<int>(paths.size()) - 1))]);
    const hw::StateField& field = table.fields()[fault.site.field];
    fault.site.element = static_cast<size_t>(maker_.between(0, static_cast<int>(field.element_count()) - 1));
    fault.mask = uint64_t{1} << maker_.between(0, std::min(field.bits, bits) - 1);
    fault.start = static_cast<uint64_t>(maker_.between(0, static_cast<int>(cycles) - 1));
    return fault;
  }
  static std::string trace(const hw::StateTable& table, const hw::Fault& fault) {
    return "seed " + std::to_string(kSeed) + ": " +
           hw::element_path(table.fields()[fault.site.field], fault.site.element) + " mask " +
           std::to_string(fault.mask) + " at " + std::to_string(fault.start);
  }

  /// Fields of the array in which a fault changes the sums of one column.
  std::vector<std::string> fields_of_one_column() const {
    const bool by_pixel = GetParam().dataflow == hw::Dataflow::kInputStationary;
    const std::string held = by_pixel ? "activation" : "weight";
    std::vector<std::string> names = {"product", held, held + "_valid"};
    if (GetParam().dataflow == hw::Dataflow::kOutputStationary) {
      names.emplace_back("accumulator");
    } else {
      names.insert(names.end(), {"psum", held + "_next", held + "_next_valid"});
    }
    return in_elements(names);
  }
  /// Those in which it changes the sums of all columns to the east.
  std::vector<std::string> fields_of_many_columns() const {
    const std::string moving = GetParam().dataflow == hw::Dataflow::kInputStationary ? "weight" : "activation";
    return in_elements({moving, moving + "_valid"});
  }
  static std::vector<std::string> in_elements(const std::vector<std::string>& names) {
    std::vector<std::string> paths;
    paths.reserve(names.size());
    for (const std::string& name : names) {
      paths.push_back("array.pe[*][*]." + name);
    }
    return paths;
  }
  static std::vector<std::string> own_fields(const hw::StateTable& table) {
    std::vector<std::string> paths;
    for (const hw::StateField& field : table.fields()) {
      if (field.path.rfind("protection.checksum.", 0) == 0) {
        paths.push_back(field.path);
      }
    }
    return paths;
  }

  test::LayerMaker maker_;
  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  model::Values input_;
};

TEST_P(ArrayChecksumTest, FindsNothingWrongWithoutFaultsOnTheStructuralGrid) {
  check(true);
  AcceleratorEngine engine(network_, config_, GridKind::kStructural);
  EXPECT_EQ(engine.run(input_).tensors, functional());
  EXPECT_FALSE(engine.platform().detection());
}

TEST_P(ArrayChecksumTest, CorrectsWhatIsWrongInOneColumn) {
  check(true);
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  ASSERT_EQ(golden.run.tensors, functional());
  ASSERT_FALSE(golden.run.detection);
  const hw::StateTable& table = engine.platform().state();
  const int faults = faults_of(300);
  int corrected = 0;
  for (int number = 0; number < faults; ++number) {
    // An error in the uppermost bits of a sum may look alike in several columns.
    const hw::Fault fault = flip(table, fields_of_one_column(), golden.run.total_cycles, 28);
    SCOPED_TRACE(trace(table, fault));
    const AcceleratorRun run = engine.run_with_faults(golden, {fault}, 2 * golden.run.total_cycles);
    ASSERT_EQ(run.tensors, golden.run.tensors);
    ASSERT_EQ(run.total_cycles, golden.run.total_cycles);
    if (run.detection) {
      ASSERT_EQ(run.detection->unit, "protection.checksum");
      ASSERT_TRUE(run.detection->corrected);
      ASSERT_FALSE(run.detection->alarm);
      ++corrected;
    }
  }
  std::printf("seed %llu: %d of %d flips reached a sum and were corrected\n", static_cast<unsigned long long>(kSeed),
              corrected, faults);
  expect_some(corrected);
}

TEST_P(ArrayChecksumTest, LetsNothingWrongInOneColumnPassInSilence) {
  check(false);
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  ASSERT_EQ(golden.run.tensors, functional());
  const hw::StateTable& table = engine.platform().state();
  const int faults = faults_of(300);
  int wrong = 0;
  for (int number = 0; number < faults; ++number) {
    const hw::Fault fault = flip(table, fields_of_one_column(), golden.run.total_cycles);
    const AcceleratorRun run = engine.run_with_faults(golden, {fault}, 2 * golden.run.total_cycles);
    const bool alarm = run.detection && run.detection->alarm;
    ASSERT_TRUE(alarm || run.tensors == golden.run.tensors) << trace(table, fault);
    wrong += run.tensors != golden.run.tensors ? 1 : 0;
  }
  std::printf("seed %llu: %d of %d flips gave wrong values, all with an alarm\n",
              static_cast<unsigned long long>(kSeed), wrong, faults);
  expect_some(wrong);
}

/// An operand that goes wrong on its way east makes several sums of a vector wrong: too many to correct, and as one of
/// them only if their weighted mean is a column.
TEST_P(ArrayChecksumTest, SeldomTakesSeveralErrorsForOne) {
  check(true);
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  const hw::StateTable& table = engine.platform().state();
  const int faults = faults_of(300);
  int wrong = 0;
  int alarms = 0;
  for (int number = 0; number < faults; ++number) {
    const hw::Fault fault = flip(table, fields_of_many_columns(), golden.run.total_cycles);
    const AcceleratorRun run = engine.run_with_faults(golden, {fault}, 2 * golden.run.total_cycles);
    const bool alarm = run.detection && run.detection->alarm;
    alarms += alarm ? 1 : 0;
    wrong += !alarm && run.tensors != golden.run.tensors ? 1 : 0;
  }
  std::printf("seed %llu: %d flips, %d alarms, %d wrong without one\n", static_cast<unsigned long long>(kSeed), faults,
              alarms, wrong);
  // With three columns or fewer, at most two are to the east of the operand's register.
  if (!test::kSanitized) {
    EXPECT_EQ(alarms > 0, GetParam().columns > 2);
    EXPECT_LE(10 * wrong, alarms);
  }
}

TEST_P(ArrayChecksumTest, FaultsOfItsOwnAreFalseAlarmsWhereItOnlyDetects) {
  check(false);
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  const hw::StateTable& table = engine.platform().state();
  const int faults = faults_of(250);
  int alarms = 0;
  for (int number = 0; number < faults; ++number) {
    const hw::Fault fault = flip(table, own_fields(table), golden.run.total_cycles);
    const AcceleratorRun run = engine.run_with_faults(golden, {fault}, 2 * golden.run.total_cycles);
    ASSERT_EQ(run.tensors, golden.run.tensors) << trace(table, fault);
    ASSERT_EQ(run.total_cycles, golden.run.total_cycles) << trace(table, fault);
    alarms += run.detection ? 1 : 0;
  }
  expect_some(alarms);
  EXPECT_LT(alarms, faults);
}

TEST_P(ArrayChecksumTest, FaultsOfItsOwnSeldomCorrectWhatIsRight) {
  check(true);
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  const hw::StateTable& table = engine.platform().state();
  const int faults = faults_of(250);
  int detected = 0;
  int wrong = 0;
  for (int number = 0; number < faults; ++number) {
    const hw::Fault fault = flip(table, own_fields(table), golden.run.total_cycles);
    const AcceleratorRun run = engine.run_with_faults(golden, {fault}, 2 * golden.run.total_cycles);
    detected += run.detection ? 1 : 0;
    wrong += run.tensors != golden.run.tensors ? 1 : 0;
  }
  std::printf("seed %llu: %d flips in the unit, %d seen, %d gave wrong values\n",
              static_cast<unsigned long long>(kSeed), faults, detected, wrong);
  expect_some(detected);
  if (GetParam().columns > 1 && !test::kSanitized) {  // one column is always the one that is wrong
    EXPECT_LE(10 * wrong, detected);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Arrays, ArrayChecksumTest,
    testing::Values(Array{hw::Dataflow::kWeightStationary, 4, 3}, Array{hw::Dataflow::kOutputStationary, 3, 4},
                    Array{hw::Dataflow::kInputStationary, 3, 5}, Array{hw::Dataflow::kWeightStationary, 1, 1},
                    Array{hw::Dataflow::kOutputStationary, 2, 1}, Array{hw::Dataflow::kInputStationary, 1, 2},
                    Array{hw::Dataflow::kWeightStationary, 3, 4, {12}},
                    Array{hw::Dataflow::kOutputStationary, 4, 4, {16}}),
    [](const auto& array) { return name_of_array(array.param); });

}  // namespace
}  // namespace faultline::engine
