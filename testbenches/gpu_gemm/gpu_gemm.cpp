// A tile of a matrix product on a GPU's multiprocessor, with a waveform: C = A B^T, checked against three loops.
//
//   build/release/testbenches/testbench_gpu_gemm [WAVEFORM.vcd]
//
// Copy this folder to testbenches/NAME and reconfigure: the build finds it. Open the waveform with GTKWave.
#include <cstdint>
#include <limits>
#include <string>
#include <systemc>
#include <vector>

#include <fmt/core.h>

#include "hw/common/counter_random.h"
#include "hw/gpu/sm_config.h"
#include "sim/engine/gpu_platform.h"
#include "sim/gpu/gemm_launch.h"
#include "sim/gpu/kernel_library.h"
#include "sim/inject/site_path.h"
#include "sim/inject/vcd_writer.h"

namespace {

using namespace faultline;

constexpr int64_t kRows = 8, kColumns = 8, kDepth = 32;
constexpr int64_t kAddressB = 4096, kAddressC = 8192;
constexpr uint64_t kPeriodNanoseconds = 10;  // of the platform's clock

std::vector<int8_t> random_codes(int64_t count, uint64_t stream) {
  hw::CounterRandom random(/*seed=*/1, stream);
  std::vector<int8_t> codes(static_cast<size_t>(count));
  for (int8_t& code : codes) {
    code = static_cast<int8_t>(random.uniform(256));
  }
  return codes;
}

/// What the multiprocessor must give.
std::vector<int32_t> three_loops(const std::vector<int8_t>& a, const std::vector<int8_t>& b) {
  std::vector<int32_t> c;
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t column = 0; column < kColumns; ++column) {
      int32_t sum = 0;
      for (int64_t k = 0; k < kDepth; ++k) {
        sum += a[static_cast<size_t>(row * kDepth + k)] * b[static_cast<size_t>(column * kDepth + k)];
      }
      c.push_back(sum);
    }
  }
  return c;
}

/// The sites to look at: where the threads of warp 0 stand, what its scheduler does, one lane.
std::vector<hw::Site> watched_sites(const hw::StateTable& table) {
  std::vector<hw::Site> sites;
  for (const auto& set : inject::find_all_sites(
           table,
           {"control.state", "warp[0].thread[0].program_counter", "warp[0].waiting", "scheduler[0].last_issued",
            "scoreboard.warp[0].registers", "partition[0].mac.operands.*", "partition[0].mac_lane[0].*"},
           {})) {
    for (uint64_t i = 0; i < set.size(); ++i) {
      sites.push_back(set.at(i));
    }
  }
  return sites;
}

}  // namespace

int sc_main(int argc, char** argv) {
  const std::string waveform = argc > 1 ? argv[1] : "gpu_gemm.vcd";

  // The multiprocessor: 8 warps of 8 threads, one scheduler. Everything else has defaults; see hw/gpu/sm_config.h.
  hw::gpu::SmConfig config;
  config.warp_size = config.lanes = 8;
  config.warps = 8;
  engine::GpuPlatform platform(config, gpu::kernel_library().words);

  const std::vector<int8_t> a = random_codes(kRows * kDepth, 0);
  const std::vector<int8_t> b = random_codes(kColumns * kDepth, 1);
  platform.write_memory(0, a.data(), a.size());
  platform.write_memory(kAddressB, b.data(), b.size());
  platform.mark_memory_clean();
  platform.reset();

  gpu::GemmPlacement place;
  place.rows = kRows;
  place.columns = kColumns;
  place.depth = place.a_pitch = place.b_pitch = kDepth;
  place.b = kAddressB;
  place.c = kAddressC;
  place.c_row_step = 4 * kColumns;

  inject::VcdWriter writer(waveform, platform.state(), watched_sites(platform.state()), kPeriodNanoseconds);
  platform.observe([&](uint64_t cycle) { writer.sample(cycle); });
  const auto status =
      platform.run({gpu::gemm_launch(gpu::kernel_library(), config, place)}, std::numeric_limits<uint64_t>::max());
  platform.observe(nullptr);
  writer.finish();

  std::vector<int32_t> c(kRows * kColumns);
  platform.read_memory(kAddressC, c.data(), c.size() * sizeof(int32_t));
  const bool right = status == engine::GpuPlatform::Status::kCompleted && c == three_loops(a, b);
  const hw::gpu::SmStatistics& counted = platform.statistics();
  fmt::print("C is {}; {} cycles, {} instructions, {} bank conflicts; waveform in {}\n", right ? "right" : "WRONG",
             platform.cycle(), counted.instructions, counted.shared_conflicts, waveform);
  return right ? 0 : 1;
}
