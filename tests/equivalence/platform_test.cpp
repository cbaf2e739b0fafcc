#include "sim/engine/platform.h"

#include <cstring>
#include <random>

#include "gtest/gtest.h"

namespace faultline::engine {
namespace {

using hw::CommandDescriptor;
using hw::Opcode;

/// C[m][n] = sum over k of A[m][k] W[k][n] on a small weight-stationary array, commands written by hand.
class PlatformTest : public testing::TestWithParam<GridKind> {};

TEST_P(PlatformTest, RunsAHandWrittenWeightStationaryGemm) {
  constexpr int kRows = 4;
  constexpr int kColumns = 3;
  constexpr int kM = 10;
  constexpr int kK = 6;
  hw::AcceleratorConfig config{hw::GridConfig(kRows, kColumns, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  config.psum_rows = 64;
  Platform platform(config, GetParam());

  std::mt19937 random(7);
  int8_t a[kM][kK];
  int8_t w[kK][kColumns];
  for (auto& row : a) {
    for (int8_t& value : row) {
      value = static_cast<int8_t>(random());
    }
  }
  for (auto& row : w) {
    for (int8_t& value : row) {
      value = static_cast<int8_t>(random());
    }
  }
  // Taps in the order of use: fold 0 rows 3..0, fold 1 rows 1..0.
  const int order[kK] = {3, 2, 1, 0, 5, 4};
  int8_t packed[kK][kColumns];
  for (int i = 0; i < kK; ++i) {
    std::memcpy(packed[i], w[order[i]], kColumns);
  }
  platform.write_memory(0, a, sizeof a);
  platform.write_memory(4096, packed, sizeof packed);
  const uint8_t parameters[kColumns * hw::kParameterBytes] = {};
  platform.write_memory(8192, parameters, sizeof parameters);
  platform.mark_memory_clean();

  const auto load = [](hw::LoadTarget target, int address, size_t bytes) {
    CommandDescriptor c;
    c.opcode = static_cast<int>(Opcode::kLoad);
    c.target = static_cast<int>(target);
    c.dram_address = address;
    c.rows = 1;
    c.row_bytes = static_cast<int>(bytes);
    return c;
  };
  CommandDescriptor compute;
  compute.opcode = static_cast<int>(Opcode::kCompute);
  compute.tiles = 1;
  compute.folds = 2;
  compute.stream = kM;
  compute.period = std::max(kM, 2 * kRows);
  compute.shift_start = kRows - 1;
  compute.final_period = kM + kRows + kColumns + 3;
  compute.last_fold_rows = 2;
  compute.weight_pitch = kColumns;
  compute.input_height = kM;
  compute.input_width = 1;
  compute.tap_c_last = kK - 1;
  compute.pixel_y_step = 1;
  compute.pixel_offset_y = kK;
  CommandDescriptor post;
  post.opcode = static_cast<int>(Opcode::kPostProcess);
  post.rows = kM;
  post.lanes = kColumns;
  post.raw = 1;
  post.output_row_stride = 4 * kColumns;
  post.output_lane_stride = 4;
  CommandDescriptor store;
  store.opcode = static_cast<int>(Opcode::kStore);
  store.dram_address = 16384;
  store.rows = 1;
  store.row_bytes = kM * kColumns * 4;
  const std::vector<CommandDescriptor> program = {load(hw::LoadTarget::kInput, 0, sizeof a),
                                                  load(hw::LoadTarget::kWeight, 4096, sizeof packed),
                                                  load(hw::LoadTarget::kParameter, 8192, sizeof parameters),
                                                  compute,
                                                  post,
                                                  store};
  for (int repeat = 0; repeat < 2; ++repeat) {
    platform.reset();
    ASSERT_EQ(platform.run(program, 100000), Platform::Status::kCompleted);
    EXPECT_EQ(platform.counts().total(), platform.cycle());
    int32_t c[kM][kColumns];
    platform.read_memory(16384, c, sizeof c);
    for (int m = 0; m < kM; ++m) {
      for (int n = 0; n < kColumns; ++n) {
        int32_t sum = 0;
        for (int k = 0; k < kK; ++k) {
          sum += a[m][k] * w[k][n];
        }
        ASSERT_EQ(c[m][n], sum) << "m " << m << " n " << n << " repeat " << repeat;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Grids, PlatformTest, testing::Values(GridKind::kCycle, GridKind::kStructural));

}  // namespace
}  // namespace faultline::engine
