#include "sim/engine/gpu_cone.h"

#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/engine/gpu_trace.h"
#include "tests/support/random_fault.h"
#include "tests/support/random_network.h"
#include "tests/support/repetitions.h"
#include "tests/support/sm_harness.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 9405;
constexpr int kFaults = test::repetitions(60);

const char* const kData[] = {"register_file.entry[*].lane[*]",
                             "shared_memory.word[*]",
                             "partition[*].collector[*].operand[*].lane[*]",
                             "load_store.entry[*].lane[*].address",
                             "load_store.entry[*].lane[*].data",
                             "partition[*].alu_lane[*].a",
                             "partition[*].alu_lane[*].b",
                             "partition[*].alu_stage[*].lane[*].value",
                             "partition[*].mac_lane[*].a",
                             "partition[*].mac_lane[*].b",
                             "partition[*].mac_lane[*].c",
                             "partition[*].mac_lane[*].d",
                             "partition[*].mac_lane[*].partial[*]",
                             "partition[*].mac_lane[*].wide",
                             "partition[*].mac_lane[*].addend",
                             "partition[*].mac_lane[*].shift",
                             "partition[*].mac_stage[*].lane[*].value",
                             "partition[*].mac_lane[*].product[*]",
                             "partition[*].mac_lane[*].wide_product",
                             "partition[*].mac_lane[*].sum",
                             "partition[*].alu_lane[*].result"};

/// Faults in the data of a multiprocessor, two in three aimed at values in use, followed through the trace of the
/// fault-free run, against the simulation of every cycle. Multipliers are random, so 0 x 0 need not be 0.
class GpuConeEquivalence : public testing::TestWithParam<int> {
 protected:
  hw::gpu::SmConfig configuration() {
    hw::gpu::SmConfig config = gpu::small_sm();
    config.multiplier = maker_.multiplier();
    config.scheduler = GetParam() % 2 == 0 ? "lrr" : "gto";
    if (GetParam() % 3 == 2) {
      config.partitions = 1;
      config.lanes = config.warp_size;
      config.mac_stages = 5;
      config.alu_stages = 4;
    }
    return config;
  }

  /// A fault in a cycle in which a thread's value lies at the site: of a random instruction of the trace.
  hw::Fault aimed_fault(const GpuTrace& trace) {
    // Sums of products, and what makes outputs of them.
    const auto wanted = maker_.one_in(2) ? hw::gpu::Opcode::kReq : hw::gpu::Opcode::kDp4a;
    const TracedInstruction* aim = nullptr;
    do {
      const int number = maker_.between(0, static_cast<int>(trace.instructions().size()) - 1);
      aim = &trace.instructions()[static_cast<size_t>(number)];
    } while (aim->instruction.opcode != wanted);
    int lane = 0;
    do {
      lane = maker_.between(0, config_.warp_size - 1);
    } while ((aim->active >> lane & 1) == 0);
    const auto element = static_cast<size_t>(aim->partition * config_.lanes + lane % config_.lanes);
    const uint64_t taken = trace.taken(*aim, lane);
    switch (maker_.between(0, 6)) {
      case 0:
        return at("partition[*].mac_lane[*].a", element, taken);
      case 1:
        return at("partition[*].mac_lane[*].c", element, taken);
      case 2:
        if (wanted == hw::gpu::Opcode::kReq) {
          return at("partition[*].mac_lane[*].wide_product", element, taken);
        }
        return at("partition[*].mac_lane[*].product[*]", element * 4 + static_cast<size_t>(maker_.between(0, 3)),
                  taken);
      case 3:
        return at("partition[*].mac_lane[*].addend", element, taken + 1);
      case 4:
        return at("partition[*].mac_lane[*].sum", element, taken + 1);
      case 5:
        return at("partition[*].collector[*].operand[*].lane[*]",
                  size_t{aim->collector} * 4 * static_cast<size_t>(config_.warp_size) + static_cast<size_t>(lane),
                  aim->read[0] == kNotTraced ? taken : aim->read[0]);
      default:
        return at("register_file.entry[*].lane[*]",
                  aim->destination * static_cast<size_t>(config_.warp_size) + static_cast<size_t>(lane),
                  trace.written(*aim, lane));
    }
  }

  hw::Fault at(const char* path, size_t element, uint64_t cycle) {
    const hw::StateTable& table = engine_.platform().state();
    hw::Fault fault;
    fault.site = {table.field_index(path), element};
    const hw::StateField& field = table.fields()[fault.site.field];
    fault.mask = uint64_t{1} << maker_.between(field.bits / 2, field.bits - 1);
    fault.start = cycle;
    if (field.kind == hw::StateKind::kWire) {
      fault.model = static_cast<hw::FaultModel>(maker_.between(0, 2));
    }
    return fault;
  }

  hw::Fault data_fault(uint64_t cycles) {
    const hw::StateTable& table = engine_.platform().state();
    hw::Fault fault;
    const auto which = static_cast<size_t>(maker_.between(0, static_cast<int>(std::size(kData)) - 1));
    fault.site.field = table.field_index(kData[which]);
    const hw::StateField& field = table.fields()[fault.site.field];
    fault.site.element = static_cast<size_t>(maker_.between(0, static_cast<int>(field.element_count()) - 1));
    fault.mask = uint64_t{1} << maker_.between(0, field.bits - 1);
    fault.start = static_cast<uint64_t>(maker_.between(0, static_cast<int>(cycles) - 1));
    if (field.kind == hw::StateKind::kWire) {
      fault.model = static_cast<hw::FaultModel>(maker_.between(0, 2));
      fault.duration = static_cast<uint64_t>(maker_.between(1, 4));
    }
    return fault;
  }

  /// Where later layers look codes up, what is stored wrong is simulated.
  test::Codes codes_ = GetParam() == 0 ? test::Codes::kAny : test::Codes::kSpread;
  test::LayerMaker maker_{hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam()))};
  std::shared_ptr<const model::Network> network_ = test::small_classifier(maker_, codes_);
  hw::gpu::SmConfig config_ = configuration();
  GpuEngine engine_{network_, config_};
  GpuCone cone_{engine_, network_, config_};
};

TEST_P(GpuConeEquivalence, EqualsTheSimulationOfEveryCycle) {
  cone_.begin(maker_.codes(100));  // so that the next image's trace may be made of this one's
  const model::Values input = maker_.codes(100);
  GpuTrace::Recorder recorder(config_, engine_.platform().state());
  engine_.platform().watch(&recorder);
  const GoldenRun golden = engine_.golden(input);
  engine_.platform().watch(nullptr);
  const GpuTrace trace = recorder.finish();
  cone_.begin(input);
  ASSERT_EQ(cone_.golden(), golden.run.tensors);
  const uint64_t limit = 2 * golden.run.total_cycles;
  int followed = 0, wrong = 0, latent = 0, stored = 0;
  for (int number = 0; number < kFaults; ++number) {
    const uint64_t cycles = golden.run.total_cycles;
    std::vector<hw::Fault> faults = {number % 3 != 0    ? aimed_fault(trace)
                                     : number % 15 == 0 ? test::random_fault(maker_, engine_.platform().state(), cycles)
                                                        : data_fault(cycles)};
    const hw::StateField& field = engine_.platform().state().fields()[faults[0].site.field];
    SCOPED_TRACE("seed " + std::to_string(kSeed) + " " + std::to_string(GetParam()) + ", fault " +
                 std::to_string(number) + ": mask " + std::to_string(faults[0].mask) + " of " +
                 hw::element_path(field, faults[0].site.element) + " at " + std::to_string(faults[0].start));
    const ConeRun cone = cone_.run_with_faults(faults, limit);
    if (cone.simulated) {
      continue;
    }
    ++followed;
    const std::vector<model::Values> tensors = *cone.tensors;
    const AcceleratorRun run = engine_.run_with_faults(golden, faults, limit);
    ASSERT_EQ(cone.status, run.status);
    ASSERT_EQ(cone.total_cycles, run.total_cycles);
    ASSERT_EQ(tensors, run.tensors);
    ASSERT_EQ(cone.latent, run.latent);
    ASSERT_EQ(cone.farthest, run.farthest);
    latent += cone.latent ? 1 : 0;
    stored += cone.farthest == Station::kStored ? 1 : 0;
    wrong += run.tensors.back() != golden.run.tensors.back() ? 1 : 0;
  }
  std::printf(
      "seed %llu %d: %d faults, %d followed; of these %d stored wrong values, %d gave wrong outputs, %d latent\n",
      static_cast<unsigned long long>(kSeed), GetParam(), kFaults, followed, stored, wrong, latent);
  if (test::kSanitized) {
    return;
  }
  EXPECT_GT(followed, kFaults / 2);
  if (codes_ == test::Codes::kSpread) {
    EXPECT_GT(stored, followed / 6);
    EXPECT_GT(wrong, followed / 8);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, GpuConeEquivalence, testing::Range(0, 4));

}  // namespace
}  // namespace faultline::engine
