// Check bits beside the memories of the whole accelerator as RTL against the cycle engine's: random commands, states
// and faults, in words, check bits and report registers too, and every register, memory, wire and output the same. Some
// elements have a multiplier of their own. Checksums of the array, spare columns and the check of weights likewise.
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "hw/multipliers/family.h"
#include "sim/cosim/random_faults.h"
#include "tests/rtl/rtl_available.h"
#include "tests/support/accelerator_pair.h"

namespace faultline::rtl {
namespace {

using hw::Dataflow;
using hw::ErrorAction;

struct Protected {
  const char* name;
  Dataflow dataflow;
  std::vector<hw::MemoryProtection> memories;
  std::optional<hw::ElementBypass> bypass;
  std::optional<hw::ChannelBounds> channel_bounds;
  std::optional<hw::ArrayChecksum> checksum = std::nullopt;
  std::optional<hw::WeightCheck> weight_check = std::nullopt;
  std::optional<hw::SpareColumns> spare_columns = std::nullopt;
};

std::ostream& operator<<(std::ostream& out, const Protected& machine) {
  return out << machine.name;
}

const Protected kMachines[] = {
    {"every_memory",
     Dataflow::kWeightStationary,
     {{"input", "secded", ErrorAction::kFlag},
      {"weight", "secded", ErrorAction::kZero},
      {"partial_sum", "secded", ErrorAction::kFlag},
      {"output", "parity", ErrorAction::kZero}},
     std::nullopt,
     hw::ChannelBounds{}},
    {"sums_and_input",
     Dataflow::kOutputStationary,
     {{"input", "parity", ErrorAction::kFlag}, {"partial_sum", "parity", ErrorAction::kZero}},
     hw::ElementBypass{{{0, 0, 1, 1}}},
     hw::ChannelBounds{true}},
    {"checksums_and_sums",
     Dataflow::kWeightStationary,
     {{"partial_sum", "secded", ErrorAction::kZero}},
     hw::ElementBypass{},
     std::nullopt,
     hw::ArrayChecksum{true}},
    {"checksums_of_rows", Dataflow::kOutputStationary, {}, std::nullopt, std::nullopt, hw::ArrayChecksum{true}},
    {"checksums_that_detect",
     Dataflow::kInputStationary,
     {{"partial_sum", "parity", ErrorAction::kFlag}},
     std::nullopt,
     std::nullopt,
     hw::ArrayChecksum{false}},
    {"weights_in_range",
     Dataflow::kInputStationary,
     {{"weight", "secded", ErrorAction::kFlag}, {"partial_sum", "parity", ErrorAction::kFlag}},
     std::nullopt,
     std::nullopt,
     std::nullopt,
     hw::WeightCheck{hw::WeightCheck::Mode::kRange}},
    {"weight_bits",
     Dataflow::kWeightStationary,
     {{"partial_sum", "parity", ErrorAction::kFlag}},
     std::nullopt,
     std::nullopt,
     std::nullopt,
     hw::WeightCheck{hw::WeightCheck::Mode::kBits}},
    {"spare_columns",
     Dataflow::kWeightStationary,
     {{"weight", "secded", ErrorAction::kZero}, {"partial_sum", "secded", ErrorAction::kFlag}},
     hw::ElementBypass{{{0, 0, 1, 1}}},
     std::nullopt,
     std::nullopt,
     hw::WeightCheck{hw::WeightCheck::Mode::kRange},
     hw::SpareColumns{2, {1}}},
    {"one_spare_column",
     Dataflow::kOutputStationary,
     {{"partial_sum", "parity", ErrorAction::kZero}},
     std::nullopt,
     hw::ChannelBounds{},
     std::nullopt,
     std::nullopt,
     hw::SpareColumns{1, {}}},
    {"spare_columns_of_pixels",
     Dataflow::kInputStationary,
     {{"input", "parity", ErrorAction::kFlag}, {"partial_sum", "parity", ErrorAction::kFlag}},
     std::nullopt,
     std::nullopt,
     std::nullopt,
     std::nullopt,
     hw::SpareColumns{3, {0, 4}}},
};

class ProtectedRtl : public testing::TestWithParam<Protected> {
 protected:
  void SetUp() override {
    FAULTLINE_NEEDS_VERILATOR();
    config_ = test::small_accelerator(GetParam().dataflow, 2, 3);
    hw::ProtectionConfig units;
    units.memories = GetParam().memories;
    units.bypass = GetParam().bypass;
    units.channel_bounds = GetParam().channel_bounds;
    units.checksum = GetParam().checksum;
    units.weight_check = GetParam().weight_check;
    units.spare_columns = GetParam().spare_columns;
    config_.protect(units);
    if (!units.checksum) {
      config_.grid.add_region({0, 0, 1, 2, standard_multiplier(*hw::find_multiplier_family("drum")).table()});
    }
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

  /// Words, check bits and report registers.
  std::vector<size_t> protected_fields() const {
    std::vector<size_t> fields;
    const auto& all = pair_->reference().table.fields();
    for (size_t f = 0; f < all.size(); ++f) {
      if (all[f].path.rfind("protection.", 0) == 0 || all[f].path.rfind("buffer.", 0) == 0) {
        fields.push_back(f);
      }
    }
    return fields;
  }
  /// What one of the units has counted, `errors` or `corrected`.
  uint64_t reported(const std::string& counter) const {
    const hw::StateTable& table = pair_->reference().table;
    const std::string unit = GetParam().checksum ? "checksum" : "partial_sum";
    return table.peek({table.field_index("protection." + unit + ".report." + counter), 0});
  }

  hw::AcceleratorConfig config_ = test::small_accelerator(Dataflow::kWeightStationary, 2, 3);
  std::unique_ptr<AcceleratorLockstep> pair_;
};

TEST_P(ProtectedRtl, StepsAlikeFromRandomStates) {
  uint64_t errors = 0;
  uint64_t corrections = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    pair_->reset();
    const int bits = seed % 4 == 0 ? 64 : static_cast<int>(1 + seed % 7);
    pair_->scramble(seed, bits);
    const uint64_t errors_before = reported("errors");
    const uint64_t corrections_before = reported("corrected");
    const LockstepRun run = pair_->run(test::random_commands(seed, 3, bits), 12);
    ASSERT_FALSE(run.divergence) << "seed " << seed << ", " << run.divergence->text();
    errors += (reported("errors") - errors_before) & 0xffff;
    corrections += (reported("corrected") - corrections_before) & 0xffff;
  }
  EXPECT_GT(errors, 0U) << "no unit met anything wrong";
  if (GetParam().checksum && GetParam().checksum->corrects) {
    EXPECT_GT(corrections, 0U);
  }
}

TEST_P(ProtectedRtl, TakesFaultsInProtectedMemoriesAlike) {
  const std::vector<size_t> fields = protected_fields();
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    pair_->reset();
    hw::CounterRandom random(seed, 3);
    for (const hw::Fault& fault : cosim::random_faults(pair_->reference().table, fields, 40, 150, random)) {
      pair_->arm(fault);
    }
    const LockstepRun run = pair_->run(test::random_commands(seed, 8, static_cast<int>(2 + seed % 4)), 200);
    ASSERT_FALSE(run.divergence) << "seed " << seed << ", " << run.divergence->text();
  }
}

TEST_P(ProtectedRtl, MapsEverySite) {
  const Design design = accelerator_design(config_);
  std::set<std::string> mapped;
  for (const MappedSignal& signal : design.signals) {
    EXPECT_NE(signal.module, "") << signal.field.path;
    mapped.insert(signal.field.path);
  }
  for (const hw::StateField& field : pair_->reference().table.fields()) {
    EXPECT_EQ(mapped.count(field.path), field.kind == hw::StateKind::kEnvironment ? 0U : 1U) << field.path;
  }
}

INSTANTIATE_TEST_SUITE_P(Machines, ProtectedRtl, testing::ValuesIn(kMachines),
                         [](const auto& machine) { return std::string(machine.param.name); });

}  // namespace
}  // namespace faultline::rtl
