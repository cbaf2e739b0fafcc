#include <array>
#include <cstdio>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "sim/engine/accelerator_engine.h"
#include "sim/engine/functional_engine.h"
#include "tests/support/random_layer.h"
#include "tests/support/random_network.h"
#include "tests/support/random_protection.h"

namespace faultline::engine {
namespace {

constexpr uint64_t kSeed = 83;

/// A small network on a small accelerator with protected memories.
class MemoryProtectionTest : public testing::TestWithParam<hw::Dataflow> {
 protected:
  MemoryProtectionTest() : maker_(hw::CounterRandom(kSeed, static_cast<uint64_t>(GetParam()))) {
    network_ = test::small_classifier(maker_);
    config_ = maker_.configuration(GetParam(), 5);
    test::enlarge_until_it_fits(*network_, config_);
    input_ = maker_.codes(100);
  }
  void protect_all(const std::string& code, hw::ErrorAction action) {
    for (const std::string& memory : hw::protectable_memories()) {
      config_.protection.memories.push_back({memory, code, action});
    }
  }
  std::vector<model::Values> functional() const {
    return FunctionalEngine(network_, config_.grid.multiplier).run(input_);
  }
  /// A flip of `bits` different bits of one codeword of the memory, among its first words, which are used most.
  hw::Fault flip(const hw::StateTable& table, const std::string& memory, uint64_t cycles, int bits) {
    const std::string indices = memory == "partial_sum" ? "[*][*]" : "[*]";
    hw::Fault fault;
    fault.site.field = table.field_index("buffer." + memory + indices);
    const hw::StateField& field = table.fields()[fault.site.field];
    fault.site.element =
        static_cast<size_t>(maker_.between(0, std::min(static_cast<int>(field.element_count()), 60) - 1));
    while (__builtin_popcountll(fault.mask) < bits) {
      fault.mask |= uint64_t{1} << maker_.between(0, field.bits - 1);
    }
    fault.start = static_cast<uint64_t>(maker_.between(0, static_cast<int>(cycles) - 1));
    return fault;
  }

  test::LayerMaker maker_;
  std::shared_ptr<const model::Network> network_;
  hw::AcceleratorConfig config_{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  model::Values input_;
};

TEST_P(MemoryProtectionTest, WithoutFaultsChangesNothingOnTheStructuralGrid) {
  config_.protection = test::memory_protections(maker_);
  AcceleratorEngine engine(network_, config_, GridKind::kStructural);
  const AcceleratorRun run = engine.run(input_);
  EXPECT_EQ(run.tensors, functional());
  EXPECT_FALSE(engine.platform().detection());
}

/// Every field that `table` has beside those of protection units, with its width.
std::string fields_without_protection(const hw::StateTable& table) {
  std::string text;
  for (const hw::StateField& field : table.fields()) {
    if (field.path.rfind("protection.", 0) != 0) {
      text += field.path + ' ' + std::to_string(field.bits) + '\n';
    }
  }
  return text;
}

/// Cycles and fields of an inference, as text.
std::string shape_of(AcceleratorEngine& engine, const model::Values& input) {
  return std::to_string(engine.run(input).total_cycles) + " cycles\n" +
         fields_without_protection(engine.platform().state());
}

TEST_P(MemoryProtectionTest, AddsNoCycleAndOnlyFieldsOfItsOwn) {
  config_.grid.multiplier = hw::Multiplier();  // for checksums of the array
  // One elaboration a process: the unprotected accelerator gets one of its own.
  std::array<int, 2> channel = {};
  ASSERT_EQ(pipe(channel.data()), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    AcceleratorEngine plain(network_, config_, GridKind::kCycle);
    const std::string shape = shape_of(plain, input_);
    const bool sent = write(channel[1], shape.data(), shape.size()) == static_cast<ssize_t>(shape.size());
    _exit(sent ? 0 : 1);
  }
  close(channel[1]);
  std::string plain;
  std::array<char, 4096> part = {};
  for (ssize_t got = 0; (got = read(channel[0], part.data(), part.size())) > 0;) {
    plain.append(part.data(), static_cast<size_t>(got));
  }
  close(channel[0]);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  config_.protection = test::memory_protections(maker_);
  config_.protection.checksum = hw::ArrayChecksum{true};
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  EXPECT_EQ(shape_of(engine, input_), plain);
}

TEST_P(MemoryProtectionTest, SecDedCorrectsEverySingleFlip) {
  protect_all("secded", hw::ErrorAction::kFlag);
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  EXPECT_EQ(golden.run.tensors, functional());
  const hw::StateTable& table = engine.platform().state();
  for (const std::string& memory : hw::protectable_memories()) {
    int seen = 0;
    for (int number = 0; number < 60; ++number) {
      const hw::Fault fault = flip(table, memory, golden.run.total_cycles, 1);
      SCOPED_TRACE("seed " + std::to_string(kSeed) + ": " +
                   hw::element_path(table.fields()[fault.site.field], fault.site.element) + " at " +
                   std::to_string(fault.start));
      const AcceleratorRun run = engine.run_with_faults(golden, {fault}, 2 * golden.run.total_cycles);
      EXPECT_EQ(run.tensors, golden.run.tensors);
      EXPECT_EQ(run.total_cycles, golden.run.total_cycles);
      if (run.detection) {
        EXPECT_EQ(run.detection->unit, "protection." + memory);
        EXPECT_TRUE(run.detection->corrected);
        EXPECT_FALSE(run.detection->alarm);
        EXPECT_GT(run.detection->cycle, fault.start);
        EXPECT_FALSE(run.latent);
        ++seen;
      }
    }
    std::printf("%s: %d of 60 flips were read and corrected\n", memory.c_str(), seen);
    EXPECT_GT(seen, 0) << memory;
  }
}

TEST_P(MemoryProtectionTest, NoDoubleFlipIsSilent) {
  protect_all("secded", hw::ErrorAction::kFlag);
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  int alarms = 0;
  int wrong = 0;
  for (const std::string& memory : hw::protectable_memories()) {
    for (int number = 0; number < 60; ++number) {
      const hw::Fault fault = flip(engine.platform().state(), memory, golden.run.total_cycles, 2);
      const AcceleratorRun run = engine.run_with_faults(golden, {fault}, 2 * golden.run.total_cycles);
      const bool alarm = run.detection && run.detection->alarm;
      const bool is_wrong = run.tensors != golden.run.tensors;
      EXPECT_TRUE(alarm || !is_wrong) << "seed " << kSeed << ", " << memory << " " << number;
      alarms += alarm ? 1 : 0;
      wrong += is_wrong ? 1 : 0;
    }
  }
  std::printf("%d of 240 double flips raised the alarm, %d of them with wrong tensors\n", alarms, wrong);
  EXPECT_GT(wrong, 0);
  EXPECT_GE(alarms, wrong);
}

TEST_P(MemoryProtectionTest, ParityReplacesWithoutAlarm) {
  protect_all("parity", hw::ErrorAction::kZero);
  AcceleratorEngine engine(network_, config_, GridKind::kCycle);
  const GoldenRun golden = engine.golden(input_);
  EXPECT_EQ(golden.run.tensors, functional());
  int replaced = 0;
  for (const std::string& memory : hw::protectable_memories()) {
    for (int number = 0; number < 30; ++number) {
      const hw::Fault fault = flip(engine.platform().state(), memory, golden.run.total_cycles, 1);
      const AcceleratorRun run = engine.run_with_faults(golden, {fault}, 2 * golden.run.total_cycles);
      EXPECT_FALSE(run.detection && (run.detection->alarm || run.detection->corrected));
      EXPECT_TRUE(run.detection || run.tensors == golden.run.tensors) << "a wrong word was read unseen";
      replaced += run.detection ? 1 : 0;
    }
  }
  EXPECT_GT(replaced, 0);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, MemoryProtectionTest,
                         testing::Values(hw::Dataflow::kWeightStationary, hw::Dataflow::kOutputStationary,
                                         hw::Dataflow::kInputStationary),
                         [](const auto& dataflow) { return hw::to_string(dataflow.param); });

}  // namespace
}  // namespace faultline::engine
