// Upsets in what decides which instruction a GPU's multiprocessor runs next, and permanent damage to a share of its
// lanes, while it multiplies two matrices.
//
//   build/release/testbenches/testbench_gpu_scheduler_fault
//
// Each upset is armed over TLM-2.0 and runs from the clean state. The outcomes are those of docs/fault-model.md as far
// as a product has them: masked, wrong, crash, hang.
#include <cstdint>
#include <limits>
#include <map>
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

namespace {

using namespace faultline;

constexpr int64_t kExtent = 16;
constexpr int64_t kAddressB = 4096, kAddressC = 8192;
constexpr uint64_t kSeed = 1;
constexpr int kUpsets = 100;  // of each structure

/// A product of 16 x 16 matrices that is run again and again.
class Product {
 public:
  explicit Product(const hw::gpu::SmConfig& config) : platform(config, gpu::kernel_library().words) {
    hw::CounterRandom random(kSeed, 0);
    std::vector<int8_t> operands(2 * kAddressB);
    for (int8_t& code : operands) {
      code = static_cast<int8_t>(random.uniform(256));
    }
    platform.write_memory(0, operands.data(), operands.size());
    platform.mark_memory_clean();
    gpu::GemmPlacement place;
    place.rows = place.columns = place.depth = place.a_pitch = place.b_pitch = kExtent;
    place.b = kAddressB;
    place.c = kAddressC;
    place.c_row_step = 4 * kExtent;
    launch = {gpu::gemm_launch(gpu::kernel_library(), config, place)};
    run({}, std::numeric_limits<uint64_t>::max());
    golden = result();
    golden_cycles = platform.cycle();
  }

  std::string outcome(const std::vector<hw::Fault>& faults) {
    switch (run(faults, 2 * golden_cycles)) {
      case engine::GpuPlatform::Status::kTrapped:
        return "crash";
      case engine::GpuPlatform::Status::kTimedOut:
        return "hang";
      default:
        return result() == golden ? "masked" : "wrong";
    }
  }

  std::vector<int32_t> result() const {
    std::vector<int32_t> c(kExtent * kExtent);
    platform.read_memory(kAddressC, c.data(), c.size() * sizeof(int32_t));
    return c;
  }

  engine::GpuPlatform platform;
  std::vector<hw::gpu::KernelLaunch> launch;
  std::vector<int32_t> golden;
  uint64_t golden_cycles = 0;

 private:
  engine::GpuPlatform::Status run(const std::vector<hw::Fault>& faults, uint64_t cycle_limit) {
    platform.reset();
    for (const hw::Fault& fault : faults) {
      platform.arm(fault);
    }
    const auto status = platform.run(launch, cycle_limit);
    platform.disarm();
    return status;
  }
};

/// Single flips of a structure, uniform over its bits and the cycles of the golden run.
std::map<std::string, int> strike(Product& product, const std::string& structure, uint64_t stream) {
  const inject::SiteSet sites = inject::find_sites(product.platform.state(), structure, {}).front();
  const auto bits = static_cast<uint64_t>(product.platform.state().fields()[sites.field].bits);
  std::map<std::string, int> outcomes;
  for (int number = 0; number < kUpsets; ++number) {
    hw::CounterRandom random(kSeed, stream * kUpsets + static_cast<uint64_t>(number) + 1);
    hw::Fault fault;
    fault.site = sites.at(random.uniform(sites.size()));
    fault.mask = uint64_t{1} << random.uniform(bits);
    fault.start = random.uniform(product.golden_cycles);
    ++outcomes[product.outcome({fault})];
  }
  return outcomes;
}

/// Elements of C that are wrong when the first `lanes` lanes of the multiply-add pipeline have a stuck product bit.
int wrong_elements(Product& product, int lanes) {
  std::vector<hw::Fault> faults;
  for (int lane = 0; lane < lanes; ++lane) {
    hw::Fault fault;
    fault.site = {product.platform.state().field_index("partition[*].mac_lane[*].product[*]"),
                  4 * static_cast<size_t>(lane)};
    fault.mask = 1 << 10;
    fault.model = hw::FaultModel::kStuckAt1;
    fault.duration = 0;
    faults.push_back(fault);
  }
  product.outcome(faults);
  const std::vector<int32_t> c = product.result();
  int wrong = 0;
  for (size_t i = 0; i < c.size(); ++i) {
    wrong += c[i] != product.golden[i] ? 1 : 0;
  }
  return wrong;
}

}  // namespace

int sc_main(int, char**) {
  hw::gpu::SmConfig config;
  config.warp_size = config.lanes = 8;
  config.warps = 8;
  Product product(config);

  fmt::print("{} flips each, {} cycles\n{:<40}{:>8}{:>8}{:>8}{:>8}\n", kUpsets, product.golden_cycles, "structure",
             "masked", "wrong", "crash", "hang");
  bool seen = false;
  uint64_t stream = 0;
  for (const char* structure : {"scheduler[*].last_issued", "scoreboard.warp[*].registers", "warp[*].valid",
                                "warp[*].waiting", "warp[*].in_flight", "warp[*].thread[*].program_counter"}) {
    std::map<std::string, int> outcomes = strike(product, structure, stream++);
    fmt::print("{:<40}{:>8}{:>8}{:>8}{:>8}\n", structure, outcomes["masked"], outcomes["wrong"], outcomes["crash"],
               outcomes["hang"]);
    seen = seen || outcomes["masked"] < kUpsets;
  }
  const bool whole = wrong_elements(product, 0) == 0;
  for (const int lanes : {1, 2, 4, 8}) {
    fmt::print("{} of {} lanes with a stuck product bit: {} of {} elements wrong\n", lanes, config.lanes,
               wrong_elements(product, lanes), kExtent * kExtent);
  }
  return seen && whole ? 0 : 1;
}
