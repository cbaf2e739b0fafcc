#include <array>

#include "gtest/gtest.h"
#include "hw/common/counter_random.h"
#include "hw/systolic/checksum_unit_core.h"
#include "hw/systolic/input_feeder_core.h"
#include "hw/systolic/partial_sum_buffer_core.h"
#include "hw/systolic/weight_feeder_core.h"

namespace faultline::hw {
namespace {

AcceleratorConfig small_config(Dataflow dataflow) {
  AcceleratorConfig config{GridConfig(5, 7, dataflow, Multiplier())};
  config.input_buffer_bytes = 300;
  config.weight_buffer_bytes = 200;
  config.output_buffer_bytes = 100;
  config.psum_rows = 20;
  return config;
}

/// Bursts of words with long pauses, so that blocks come to rest and wake up again.
class Bursts {
 public:
  explicit Bursts(uint32_t seed) : random_(seed, 0) {}
  bool idle() {
    if (left_ == 0) {
      busy_ = !busy_;
      left_ = 1 + below(busy_ ? 6 : 60);
    }
    --left_;
    return !busy_;
  }
  bool bit() { return below(2) != 0; }
  int16_t coordinate() { return static_cast<int16_t>(static_cast<int>(below(12)) - 2); }

  /// Uniform in [0, count).
  uint32_t below(uint64_t count) { return static_cast<uint32_t>(random_.uniform(count)); }

 private:
  CounterRandom random_;
  bool busy_ = false;
  uint32_t left_ = 0;
};

/// A block, its table and its taps; `Core` is constructed as all blocks are.
template <typename Core>
struct FeederBench {
  explicit FeederBench(const AcceleratorConfig& config) : core(config, table, taps) {}
  StateTable table;
  FaultTaps taps{&table};
  Core core;
};

constexpr int kBuiltColumns = 7;
constexpr int kSpareOnes = 2;

/// What struck registers may make of the columns of an array with spare ones.
ColumnMap random_map(Bursts& bursts) {
  std::array<uint8_t, kBuiltColumns> skip = {};
  for (uint8_t& bit : skip) {
    bit = bursts.below(5) == 0 ? 1 : 0;
  }
  return {skip.data(), kBuiltColumns, kSpareOnes};
}

/// `columns` of the array, as programs see them, are fewer by the spare ones.
AcceleratorConfig with_spare_columns(AcceleratorConfig config) {
  config.grid = GridConfig(config.grid.rows, kBuiltColumns - kSpareOnes, config.grid.dataflow, Multiplier());
  ProtectionConfig units;
  units.spare_columns = SpareColumns{kSpareOnes, {1}};
  config.protect(units);
  return config;
}

/// Arms the same random fault in both.
template <typename Core>
void arm_random(FeederBench<Core>& a, FeederBench<Core>& b, Bursts& bursts, uint64_t cycle) {
  const size_t field = bursts.below(a.table.fields().size());
  const StateField& chosen = a.table.fields()[field];
  const auto model = static_cast<FaultModel>(bursts.below(3));
  const Fault fault{{field, bursts.below(chosen.element_count())},
                    uint64_t{1} << (bursts.below(static_cast<uint32_t>(chosen.bits))),
                    model,
                    cycle + bursts.below(40),
                    1 + bursts.below(30),
                    bursts.below(2) * 50};
  a.taps.arm(fault);
  b.taps.arm(fault);
}

/// Steps two benches alike; one is told in every cycle that its state has changed, so that it never skips a step.
template <typename Core, typename Step>
void compare(const AcceleratorConfig& config, uint32_t seed, const Step& step) {
  FeederBench<Core> skipping(config);
  FeederBench<Core> stepping(config);
  Bursts bursts(seed);
  for (uint64_t cycle = 0; cycle < 3000; ++cycle) {
    if (cycle % 500 == 250) {
      arm_random(skipping, stepping, bursts, cycle);
    }
    stepping.core.state_changed();
    step(skipping.core, stepping.core, bursts, cycle);
    ASSERT_TRUE(skipping.table.equals(stepping.table.snapshot())) << "seed " << seed << " cycle " << cycle;
  }
}

class FeederQuiescence : public testing::TestWithParam<Dataflow> {};

TEST_P(FeederQuiescence, SkippedStepsOfTheInputFeederChangeNothing) {
  const auto step = [](InputFeederCore& a, InputFeederCore& b, Bursts& bursts, uint64_t cycle) {
    InputWord word;
    if (!bursts.idle()) {
      word = {bursts.bit(),
              bursts.bit(),
              bursts.bit(),
              {bursts.coordinate(), bursts.coordinate(), 17},
              {bursts.coordinate(), bursts.coordinate(), 1, 23}};
    }
    CommandDescriptor command;
    command.input_height = 8;
    command.input_width = 9;
    command.tap_c_last = 3;
    command.tap_x_last = 2;
    command.tap_x_step = 1;
    command.pixel_x_last = 6;
    command.pixel_x_step = 1;
    BufferWrite write;
    write.valid = bursts.below(9) == 0;
    write.count = 16;
    write.address = bursts.below(300);
    write.data.bytes[3] = static_cast<uint8_t>(cycle);
    const PoolRequest pool{bursts.below(7) == 0, static_cast<int32_t>(bursts.below(310))};
    const ColumnMap columns = random_map(bursts);
    a.step({word, command, write, pool, columns}, cycle);
    b.step({word, command, write, pool, columns}, cycle);
  };
  for (const uint32_t seed : {1u, 2u, 3u}) {
    compare<InputFeederCore>(small_config(GetParam()), seed, step);
    compare<InputFeederCore>(with_spare_columns(small_config(GetParam())), seed, step);
  }
}

TEST_P(FeederQuiescence, SkippedStepsOfTheWeightFeederChangeNothing) {
  const auto step = [](WeightFeederCore& a, WeightFeederCore& b, Bursts& bursts, uint64_t cycle) {
    WeightWord word;
    if (!bursts.idle()) {
      word = {bursts.bit(), bursts.bit(), static_cast<uint32_t>(bursts.below(210))};
    }
    BufferWrite write;
    write.valid = bursts.below(9) == 0;
    write.target = static_cast<uint8_t>(LoadTarget::kWeight);
    write.count = 5;
    write.address = bursts.below(220);
    for (uint8_t& byte : write.data.bytes) {
      byte = static_cast<uint8_t>(bursts.below(256));
    }
    CommandDescriptor command;
    command.low = -static_cast<int>(bursts.below(128));
    command.high = static_cast<int>(bursts.below(128));
    const ColumnMap columns = random_map(bursts);
    a.step({word, command, write, columns}, cycle);
    b.step({word, command, write, columns}, cycle);
  };
  AcceleratorConfig config = small_config(GetParam());
  for (const uint32_t seed : {4u, 5u, 6u}) {
    compare<WeightFeederCore>(config, seed, step);
    compare<WeightFeederCore>(with_spare_columns(config), seed, step);
  }
  for (const auto mode : {WeightCheck::Mode::kRange, WeightCheck::Mode::kBits}) {
    config.protection.weight_check = WeightCheck{mode};
    compare<WeightFeederCore>(config, 12, step);
  }
}

TEST_P(FeederQuiescence, SkippedStepsOfThePartialSumBufferChangeNothing) {
  const auto step = [](PartialSumBufferCore& a, PartialSumBufferCore& b, Bursts& bursts, uint64_t cycle) {
    SumWord word;
    if (!bursts.idle()) {
      word = {bursts.bit(), bursts.bit(), static_cast<uint16_t>(bursts.below(22))};
    }
    SumEdge south(7);
    for (int32_t& sum : south.value) {
      sum = static_cast<int32_t>(bursts.below(uint64_t{1} << 32));
    }
    const RowRequest request{bursts.below(5) == 0, static_cast<uint16_t>(bursts.below(22))};
    const SumCorrection correction{bursts.below(5) == 0, static_cast<uint16_t>(bursts.below(22)),
                                   static_cast<uint8_t>(bursts.below(8)), bursts.below(100)};
    const ColumnMap columns = random_map(bursts);
    a.step({word, south, request, correction, columns}, cycle);
    b.step({word, south, request, correction, columns}, cycle);
  };
  for (const uint32_t seed : {7u, 8u, 9u}) {
    compare<PartialSumBufferCore>(small_config(GetParam()), seed, step);
    compare<PartialSumBufferCore>(with_spare_columns(small_config(GetParam())), seed, step);
  }
}

/// Operands, valid and control bits at random.
OperandEdge random_edge(int lanes, Bursts& bursts) {
  OperandEdge edge(lanes);
  for (int lane = 0; lane < lanes; ++lane) {
    edge.set_operand(lane, static_cast<int>(bursts.below(256)) - 128);
    edge.valid[lane] = bursts.bit() ? 1 : 0;
    edge.control[lane] = bursts.bit() ? 1 : 0;
  }
  return edge;
}

TEST_P(FeederQuiescence, SkippedStepsOfTheChecksumUnitChangeNothing) {
  const auto step = [](ChecksumUnitCore& a, ChecksumUnitCore& b, Bursts& bursts, uint64_t cycle) {
    OperandEdge west(5);
    OperandEdge north(7);
    SumEdge south(7);
    SumWord word;
    if (!bursts.idle()) {
      west = random_edge(5, bursts);
      north = random_edge(7, bursts);
      south.set_sum(static_cast<int>(bursts.below(7)), static_cast<int64_t>(bursts.below(uint64_t{1} << 32)));
      word = {bursts.bit(), bursts.bit(), static_cast<uint16_t>(bursts.below(22))};
    }
    a.step({west, north, south, word}, cycle);
    b.step({west, north, south, word}, cycle);
  };
  for (const bool corrects : {false, true}) {
    AcceleratorConfig config = small_config(GetParam());
    config.protection.checksum = ArrayChecksum{corrects};
    for (const uint32_t seed : {10u, 11u}) {
      compare<ChecksumUnitCore>(config, seed, step);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dataflows, FeederQuiescence,
                         testing::Values(Dataflow::kWeightStationary, Dataflow::kOutputStationary,
                                         Dataflow::kInputStationary),
                         [](const auto& parameter) { return std::string(to_string(parameter.param)); });

}  // namespace
}  // namespace faultline::hw
