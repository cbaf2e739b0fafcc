// The whole accelerator as SystemVerilog, Verilated, against the cycle engine's in one SystemC simulation: the same
// commands, DRAM, register states and faults, and after every cycle every register, memory, wire and output the same.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/rtl/rtl_available.h"
#include "tests/support/accelerator_pair.h"
#include "tests/support/random_fault.h"

namespace faultline::rtl {
namespace {

using hw::Dataflow;
using Status = LockstepRun::Status;

constexpr int kRows = 3;
constexpr int kColumns = 4;

class AcceleratorRtl : public testing::TestWithParam<Dataflow> {
 protected:
  void SetUp() override {
    FAULTLINE_NEEDS_VERILATOR();
    config_ = test::small_accelerator(GetParam(), kRows, kColumns);
    pair_ = std::make_unique<AcceleratorLockstep>(config_, hw::accelerator_maker("cycle"),
                                                  test::verilated(accelerator_design(config_), SiteCheck::kPoke));
    hw::CounterRandom random(5, 0);
    std::vector<uint8_t> dram(static_cast<size_t>(config_.dram_bytes));
    for (uint8_t& byte : dram) {
      byte = static_cast<uint8_t>(random.next_u64());
    }
    pair_->write_dram(0, dram.data(), dram.size());
    pair_->mark_dram_clean();
  }

  hw::AcceleratorConfig config_ = test::small_accelerator(Dataflow::kWeightStationary, kRows, kColumns);
  std::unique_ptr<AcceleratorLockstep> pair_;
};

TEST_P(AcceleratorRtl, RunsRandomCommands) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    pair_->reset();
    const int bits = seed % 8 == 0 ? 32 : static_cast<int>(2 + seed % 5);
    const LockstepRun run = pair_->run(test::random_commands(seed, 12, bits), 400);
    ASSERT_FALSE(run.divergence) << "seed " << seed << ", " << run.divergence->text();
  }
}

TEST_P(AcceleratorRtl, StepsAlikeFromRandomRegisters) {
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    pair_->reset();
    const int bits = seed % 4 == 0 ? 64 : static_cast<int>(1 + seed % 7);
    pair_->scramble(seed, bits);
    const LockstepRun run = pair_->run(test::random_commands(seed, 3, bits), 12);
    ASSERT_FALSE(run.divergence) << "seed " << seed << ", " << run.divergence->text();
  }
}

TEST_P(AcceleratorRtl, TakesFaultsAlike) {
  test::LayerMaker maker(hw::CounterRandom(7, 0));
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    pair_->reset();
    for (int fault = 0; fault < 6; ++fault) {
      pair_->arm(test::random_fault(maker, pair_->reference().table, 150));
    }
    const LockstepRun run = pair_->run(test::random_commands(seed, 8, static_cast<int>(2 + seed % 4)), 200);
    ASSERT_FALSE(run.divergence) << "seed " << seed << ", " << run.divergence->text();
  }
}

TEST_P(AcceleratorRtl, MapsEverySite) {
  const Design design = accelerator_design(config_);
  const auto& fields = pair_->reference().table.fields();
  std::set<std::string> paths;
  size_t index = 0;
  for (const hw::StateField& field : fields) {
    if (field.kind == hw::StateKind::kEnvironment) {
      continue;  // DRAM's, outside the accelerator
    }
    ASSERT_LT(index, design.signals.size()) << field.path;
    const MappedSignal& signal = design.signals[index++];
    EXPECT_EQ(signal.field.path, field.path);
    EXPECT_EQ(signal.field.bits, field.bits);
    EXPECT_NE(signal.module, "") << field.path;
    for (size_t element = 0; element < field.element_count(); ++element) {
      EXPECT_TRUE(paths.insert(element_path(signal, element)).second) << element_path(signal, element);
    }
  }
  EXPECT_EQ(index, design.signals.size());
}

INSTANTIATE_TEST_SUITE_P(Dataflows, AcceleratorRtl,
                         testing::Values(Dataflow::kWeightStationary, Dataflow::kOutputStationary,
                                         Dataflow::kInputStationary),
                         [](const auto& dataflow) { return hw::to_string(dataflow.param); });

}  // namespace
}  // namespace faultline::rtl
