#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "hw/arithmetic/requantisation.h"
#include "sim/engine/accelerator_engine.h"
#include "tests/support/random_fault.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/repetitions.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 83;
constexpr int kFaults = test::repetitions(600);
constexpr int kArrayColumns = 3;

/// What post-processing holds in one cycle, read from the state table, and what it will make of it: worked out here
/// from docs/hardware.md alone.
struct Moment {
  bool tap_valid = false;
  std::vector<int64_t> taps;  ///< inside, first and last, then the lanes' values
  bool row_valid = false;
  std::vector<int64_t> products, rounded, written;  ///< the latter: address, bytes and value
  int64_t row = 0;
};

class Masking : public testing::TestWithParam<hw::Dataflow> {
 protected:
  Masking() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam()))) {
    config_.grid = hw::GridConfig(4, kArrayColumns, GetParam(), maker_.multiplier());
    config_.input_buffer_bytes = 256;
    config_.weight_buffer_bytes = 400;
    config_.output_buffer_bytes = 256;
    config_.psum_rows = 64;
    config_.parameter_entries = 16;
    config_.dram_bytes = 1 << 16;
    config_.dram_latency = 5;
    engine_ = std::make_unique<AcceleratorEngine>(test::small_classifier(maker_), config_, GridKind::kCycle);
    input_ = maker_.codes(100);
    golden_ = engine_->golden(input_);
    golden_moments_ = watch([&] { engine_->run(input_); });
  }

  int64_t read(const std::string& path, size_t element = 0) const {
    const hw::StateTable& table = engine_->platform().state();
    const size_t index = table.field_index(path);
    const hw::StateField& field = table.fields()[index];
    const uint64_t bits = table.peek({index, element});
    const bool negative = field.is_signed && field.bits < 64 && ((bits >> (field.bits - 1)) & 1) != 0;
    return static_cast<int64_t>(negative ? bits | ~field.value_mask() : bits);
  }
  int64_t command(const std::string& field) const { return read("controller.command." + field); }

  Moment observe() const {
    Moment now;
    const int64_t lanes = std::min<int64_t>(command("lanes"), kArrayColumns);
    const bool maximum = command("opcode") == 5 && command("maximum") != 0;
    const bool raw = command("raw") != 0;
    now.tap_valid = read("post_processing.pool_fetched.valid") != 0;
    if (now.tap_valid) {
      const int64_t inside = read("post_processing.pool_fetched.inside");
      now.taps = {inside, read("post_processing.pool_fetched.first"), read("post_processing.pool_fetched.last")};
      for (int64_t lane = 0; lane < lanes; ++lane) {
        now.taps.push_back(inside != 0 ? read("input_feeder.pool_data[*]", static_cast<size_t>(lane)) : 0);
      }
    }
    now.row_valid = read("post_processing.product_stage.valid") != 0;
    now.row = read("post_processing.product_stage.row");
    for (int64_t lane = 0; now.row_valid && lane < lanes; ++lane) {
      const int64_t product = read("post_processing.product[*]", static_cast<size_t>(lane));
      const int64_t entry = command("parameter_base") + (command("parameter_by_row") != 0 ? now.row : lane);
      const int64_t byte = 13 * entry + 12;
      const bool there = byte < 13 * config_.parameter_entries;
      const int64_t shift = there ? read("post_processing.parameter[*]", static_cast<size_t>(byte)) & 63 : 0;
      const int64_t rounded = hw::round_shift(product, static_cast<int>(shift));
      const int64_t limited = std::clamp<int64_t>(rounded, -(1 << 20), 1 << 20) + command("zero_point");
      int64_t code = hw::clamp(limited, static_cast<int32_t>(command("low")), static_cast<int32_t>(command("high")));
      if (!raw && command("use_table") != 0) {
        code = read("post_processing.table[*]", static_cast<size_t>(static_cast<int8_t>(code) + 128));
      }
      const int64_t value = maximum ? static_cast<int8_t>(product) : raw ? static_cast<int32_t>(product) : code;
      now.products.push_back(product);
      now.rounded.push_back(maximum || raw ? value : rounded + command("zero_point"));
      now.written.push_back(command("output_base") + now.row * command("output_row_stride") +
                            lane * command("output_lane_stride"));
      now.written.push_back(raw ? 4 : 1);
      now.written.push_back(value);
    }
    return now;
  }

  template <typename Run>
  std::map<uint64_t, Moment> watch(const Run& run) {
    std::map<uint64_t, Moment> moments;
    engine_->platform().observe([&](uint64_t cycle) { moments[cycle] = observe(); });
    run();
    engine_->platform().observe(nullptr);
    return moments;
  }

  static Station farthest_of(const Moment& golden, const Moment& faulty) {
    if (golden.row_valid != faulty.row_valid || golden.written != faulty.written) {
      return Station::kOutputBuffer;
    }
    if (golden.rounded != faulty.rounded) {
      return Station::kClamp;
    }
    if (golden.products != faulty.products) {
      return Station::kRequantisation;
    }
    return golden.taps != faulty.taps ? Station::kPooling : Station::kNone;
  }

  /// The farthest station by comparing all cycles that both runs have, and all tensors of the whole run.
  Station expected(const std::map<uint64_t, Moment>& faulty, const AcceleratorRun& run, const hw::Fault& fault) const {
    if (run.tensors != golden_.run.tensors) {
      return Station::kStored;
    }
    if (engine_->platform().state().fields()[fault.site.field].path == "buffer.output[*]") {
      return Station::kOutputBuffer;
    }
    Station farthest = Station::kNone;
    for (const auto& [cycle, moment] : faulty) {
      farthest = std::max(farthest, farthest_of(golden_moments_.at(cycle), moment));
    }
    return farthest;
  }

  hw::Fault flip(const std::string& path, size_t element, int bit, uint64_t cycle) const {
    hw::Fault fault;
    fault.site = {engine_->platform().state().field_index(path), element};
    fault.mask = uint64_t{1} << bit;
    fault.start = cycle;
    return fault;
  }
  AcceleratorRun strike(const hw::Fault& fault) {
    return engine_->run_with_faults(golden_, {fault}, 2 * golden_.run.total_cycles);
  }
  bool masked(const AcceleratorRun& run) const {
    return run.status == Platform::Status::kCompleted && run.tensors.back() == golden_.run.tensors.back();
  }

  /// The first flip of a bit of lane 0's product whose effect in that cycle is the one asked for.
  std::optional<hw::Fault> product_flip(Station effect, uint64_t after = 0) {
    for (const auto& [cycle, moment] : golden_moments_) {
      if (cycle < after || !moment.row_valid || moment.written.empty()) {
        continue;
      }
      for (int bit = 0; bit < 60; ++bit) {
        const hw::Fault fault = flip("post_processing.product[*]", 0, bit, cycle);
        const auto moments = watch([&, at = cycle] { run_one_cycle(fault, at); });
        if (farthest_of(moment, moments.at(cycle)) == effect) {
          return fault;
        }
      }
    }
    return std::nullopt;
  }
  void run_one_cycle(const hw::Fault& fault, uint64_t cycle) { engine_->run_with_faults(golden_, {fault}, cycle + 2); }

  test::LayerMaker maker_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  std::unique_ptr<AcceleratorEngine> engine_;
  model::Values input_;
  GoldenRun golden_;
  std::map<uint64_t, Moment> golden_moments_;
};

TEST_P(Masking, TheStationIsThatOfACycleByCycleComparison) {
  std::map<Station, int> seen;
  int masked_runs = 0;
  int shifted = 0;
  for (int number = 0; number < kFaults; ++number) {
    const hw::Fault fault = test::random_fault(maker_, engine_->platform().state(), golden_.run.total_cycles);
    AcceleratorRun run;
    const auto moments = watch([&] { run = strike(fault); });
    if (!masked(run)) {
      continue;
    }
    ++masked_runs;
    if (run.total_cycles != golden_.run.total_cycles) {
      ++shifted;
      continue;
    }
    const hw::StateField& field = engine_->platform().state().fields()[fault.site.field];
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", fault " + std::to_string(number) + " in " +
                 hw::element_path(field, fault.site.element) + " at " + std::to_string(fault.start));
    EXPECT_EQ(static_cast<int>(run.farthest), static_cast<int>(expected(moments, run, fault)));
    ++seen[run.farthest];
  }
  std::printf("seed %llu: %d masked of %d, %d of them in other cycles;", static_cast<unsigned long long>(kSeed),
              masked_runs, kFaults, shifted);
  for (const auto& [station, count] : seen) {
    std::printf(" station %d: %d", static_cast<int>(station), count);
  }
  std::printf("\n");
  if (test::kSanitized) {
    return;
  }
  EXPECT_LT(shifted, masked_runs / 20);
  EXPECT_EQ(seen.size(), 6u) << "every station is reached by some masked fault";
}

TEST_P(Masking, AnIdleProcessingElementMasksBeforePostProcessing) {
  const bool output_stationary = GetParam() == hw::Dataflow::kOutputStationary;
  const char* sum = output_stationary ? "array.pe[*][*].accumulator" : "array.pe[*][*].psum";
  const AcceleratorRun run = strike(flip(sum, 0, 3, golden_.run.total_cycles - 1));
  EXPECT_TRUE(masked(run));
  EXPECT_EQ(run.farthest, Station::kNone);
}

TEST_P(Masking, AMaximumTakesAnotherValue) {
  const uint64_t pooling_starts = golden_.run.layers.at(1).first_cycle;
  const uint64_t pooling_ends = golden_.run.layers.at(2).first_cycle;
  int found = 0;
  for (const auto& [cycle, moment] : golden_moments_) {
    const bool maximum = cycle >= pooling_starts && cycle < pooling_ends;
    if (!maximum || !moment.tap_valid || moment.taps[0] == 0 || moment.taps[3] < 0 || found > 0) {
      continue;
    }
    // Made negative, a tap cannot win; masked unless it was the winner.
    const AcceleratorRun run = strike(flip("input_feeder.pool_data[*]", 0, 7, cycle));
    if (run.tensors == golden_.run.tensors) {
      EXPECT_EQ(run.farthest, Station::kPooling);
      ++found;
    }
  }
  EXPECT_EQ(found, 1);
}

TEST_P(Masking, RoundingAwayIsToldFromClamping) {
  const auto rounded = product_flip(Station::kRequantisation);
  ASSERT_TRUE(rounded.has_value());
  const AcceleratorRun rounded_run = strike(*rounded);
  EXPECT_TRUE(masked(rounded_run));
  EXPECT_EQ(rounded_run.farthest, Station::kRequantisation);

  const auto clamped = product_flip(Station::kClamp);
  ASSERT_TRUE(clamped.has_value());
  const AcceleratorRun clamped_run = strike(*clamped);
  EXPECT_TRUE(masked(clamped_run));
  EXPECT_EQ(clamped_run.farthest, Station::kClamp);
}

TEST_P(Masking, TheOutputBufferIsOverwritten) {
  const AcceleratorRun run = strike(flip("buffer.output[*]", 0, 0, 0));
  EXPECT_TRUE(masked(run));
  EXPECT_EQ(run.tensors, golden_.run.tensors);
  EXPECT_EQ(run.farthest, Station::kOutputBuffer);
}

TEST_P(Masking, AStoredValueDiesInALaterLayer) {
  uint64_t after = 0;
  for (int attempt = 0; attempt < 40; ++attempt) {
    const auto written = product_flip(Station::kOutputBuffer, after);
    ASSERT_TRUE(written.has_value());
    const AcceleratorRun run = strike(*written);
    EXPECT_EQ(run.farthest, Station::kStored);
    EXPECT_NE(run.tensors, golden_.run.tensors);
    if (masked(run)) {
      return;
    }
    after = written->start + 1;
  }
  FAIL() << "no wrong output was masked later";
}

INSTANTIATE_TEST_SUITE_P(Dataflows, Masking,
                         testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary,
                                         hw::Dataflow::kInputStationary),
                         [](const auto& dataflow) { return hw::to_string(dataflow.param); });

}  // namespace
}  // namespace faultline::engine
