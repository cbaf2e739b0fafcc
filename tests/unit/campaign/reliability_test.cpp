#include "sim/campaign/reliability.h"

#include <cmath>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/campaign/metric.h"
#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

class ReliabilityTest : public testing::Test {
 protected:
  /// The worked example of docs/reliability.md.
  ReliabilityTest() {
    add_structure("buffer.weight[*]", hw::StateKind::kMemory, 125'000, 8);
    add_structure("dma.address[*]", hw::StateKind::kRegister, 3'125, 32);
    description.experiment = {{"faults", {{"model", "flip"}}}};
    description.population["sampler"] = "uniform";
    description.golden_cycles = 400'000;
    summary.total = group("total");
    set(summary.total, "critical", {0.01, 0.005, 0.02});
    summary.structures = {group("buffer.weight[*]"), group("dma.address[*]")};
    set(summary.structures[0], "sdc", {0.05, 0.04, 0.06});
    set(summary.structures[1], "sdc", {0.2, 0.1, 0.4});
    for (GroupSummary& structure : summary.structures) {
      set(structure, "due", {0, 0, 0.001});
      set(structure, "critical", {0.01, 0.005, 0.02});
    }
    rates.file = "rates.yaml";
    rates.raw_fit.flip_flop = 100;
    rates.raw_fit.memory = 200;
    rates.clock_hz = 400e6;
    rates.radiation = Radiation{{1e-14, 2e-14, std::nullopt}, 10};
    rates.safety = SafetyPlan{"critical", {{"buffer.weight", 0.99, 0.9, 7}}};
  }

  void add_structure(const std::string& path, hw::StateKind kind, uint64_t elements, int bits) {
    hw::StateField field;
    field.path = path;
    field.kind = kind;
    description.fields.push_back(field);
    description.population["structures"].push_back({{"path", path},
                                                    {"elements", elements},
                                                    {"bits", bits},
                                                    {"positions", elements * static_cast<uint64_t>(bits)}});
  }
  static GroupSummary group(const std::string& name) {
    GroupSummary made;
    made.name = name;
    made.metrics.resize(metrics().size());
    return made;
  }
  static void set(GroupSummary& changed, const std::string& metric, const Interval& rate) {
    changed.metrics[metric_index(metric, "test")] = rate;
  }
  Reliability computed() const { return reliability_of(summary, description, rates); }
  static void expect_figure(const Figure& figure, double estimate, double low, double high) {
    EXPECT_NEAR(figure.estimate.value(), estimate, 1e-9 * estimate);
    EXPECT_NEAR(figure.low, low, 1e-9 * low);
    EXPECT_NEAR(figure.high.value(), high, 1e-9 * high);
  }

  CampaignDescription description;
  CampaignSummary summary;
  Rates rates;
};

TEST_F(ReliabilityTest, WorkedExampleOfTheDocumentation) {
  const Reliability made = computed();
  ASSERT_EQ(made.structures.size(), 2u);
  EXPECT_EQ(made.structures[0].bits, 1'000'000u);
  EXPECT_NEAR(made.structures[0].raw_fit.value(), 200, 1e-9);
  expect_figure(made.structures[0].fit->sdc, 10, 8, 12);
  expect_figure(made.structures[1].fit->sdc, 2, 1, 4);
  expect_figure(made.structures[0].cross_section->sdc, 1e-9, 0.8e-9, 1.2e-9);
  expect_figure(made.structures[0].ser->sdc, 10, 8, 12);
  expect_figure(made.fit->sdc, 12, 12 - std::sqrt(5), 12 + std::sqrt(8));
  EXPECT_EQ(made.fit->due.estimate, 0.0);
  EXPECT_NEAR(made.fit->due.high.value(), std::sqrt(0.2 * 0.2 + 0.01 * 0.01), 1e-12) << "none seen: a bound, not 0";
  EXPECT_NEAR(made.execution_seconds.value(), 1e-3, 1e-15);
  expect_figure(made.mwtf.value(), 1e5, 5e4, 2e5);
  EXPECT_NEAR(made.inferences_to_failure->estimate.value(), 3.6e12 / (2.1 * 1e-3), 1e6);
  EXPECT_NEAR(made.safety->single_point.estimate.value(), 1 - 0.12 / 210, 1e-12);
  EXPECT_NEAR(made.safety->latent.estimate.value(), 1 - 0.198 / (210 - 0.12), 1e-12);
  EXPECT_NEAR(made.safety->single_point.low, 1 - 0.24 / 210, 1e-12) << "at the upper bounds of the probabilities";
  EXPECT_NEAR(made.safety->single_point.high.value(), 1 - 0.06 / 210, 1e-12);
  EXPECT_TRUE(made.left_out.empty());
}

TEST_F(ReliabilityTest, AStructureThatWasNeverStruckHasAnUpperBound) {
  summary.structures.pop_back();
  const Reliability made = computed();
  EXPECT_FALSE(made.structures[1].struck);
  expect_figure(made.structures[1].fit->sdc, 0, 0, 10);
  EXPECT_NEAR(made.fit->sdc.high.value(), 10 + std::sqrt(2 * 2 + 10 * 10), 1e-9);
}

TEST_F(ReliabilityTest, OneRateForAllTakesTheCampaignsTotal) {
  rates.raw_fit.flip_flop = 200;
  set(summary.total, "sdc", {0.1, 0.09, 0.11});
  expect_figure(computed().fit->sdc, 22, 19.8, 24.2);
}

TEST_F(ReliabilityTest, KindsWithoutARateAreLeftOutAloud) {
  rates.raw_fit.flip_flop.reset();
  const Reliability made = computed();
  EXPECT_FALSE(made.structures[1].fit.has_value());
  expect_figure(made.fit->sdc, 10, 8, 12);
  EXPECT_THAT(made.left_out,
              testing::ElementsAre("no rate of register faults is given: 1 of the structures, 100000 bits"));
  EXPECT_EQ(to_json(made)["structures"][1]["fit"], nullptr);
  EXPECT_THAT(to_text(made), testing::HasSubstr("left out: no rate of register faults is given"));
}

TEST_F(ReliabilityTest, PermanentFaultsHaveARateOfTheirOwn) {
  description.experiment = {{"faults", {{"model", "stuck_at"}}}};
  EXPECT_FALSE(computed().fit.has_value());
  EXPECT_FALSE(computed().safety.has_value());
  rates.permanent = 2;
  const Reliability made = computed();
  EXPECT_NEAR(made.structures[0].raw_fit.value(), 2, 1e-12);
  EXPECT_FALSE(made.cross_section.has_value()) << "particles upset, they do not break";
}

TEST_F(ReliabilityTest, NoFailureSeenHasNoUpperBoundOfTheTimeToIt) {
  set(summary.total, "critical", {0, 0, 0.004});
  const Reliability made = computed();
  EXPECT_FALSE(made.mwtf->estimate.has_value());
  EXPECT_NEAR(made.mwtf->low, 1 / (1e-3 * 0.004), 1e-6);
  EXPECT_EQ(to_json(made)["mwtf_per_second"]["estimate"], nullptr);
  EXPECT_THAT(to_text(made), testing::HasSubstr("unbounded"));
}

TEST_F(ReliabilityTest, SamplesWithoutSingleFaultsGiveTheReason) {
  description.population = {{"kind", "list"}};
  EXPECT_THAT(computed().left_out, testing::ElementsAre("everything: a fault list is no sample of a population"));
  EXPECT_FALSE(computed().fit.has_value());
}

TEST_F(ReliabilityTest, MechanismsMustCoverSomethingOnce) {
  const auto message = [&] {
    try {
      check_rates(rates, description);
    } catch (const UserError& error) {
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  rates.safety->mechanisms = {{"buffer.input", 0.9, 0.9, 12}};
  EXPECT_THAT(message(),
              testing::StartsWith("rates.yaml:12: 'buffer.input' is no structure that the campaign strikes"));
  rates.safety->mechanisms = {{"buffer", 0.9, 0.9, 12}, {"buffer.weight", 0.9, 0.9, 13}};
  EXPECT_THAT(message(), testing::StartsWith("rates.yaml:13: 'buffer.weight[*]' is covered by line 12 too"));
  EXPECT_THROW(computed(), UserError);
  rates.safety->mechanisms = {{"buf", 0.9, 0.9, 12}};
  EXPECT_THAT(message(), testing::HasSubstr("is no structure"));
}

class RatesFile : public testing::Test {
 protected:
  std::string message_of(const std::string& text) {
    const auto path = std::filesystem::temp_directory_path() /
                      (std::string("faultline_rates_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::ofstream(path) << text;
    std::string message = "nothing thrown";
    try {
      read_rates(path.string());
    } catch (const UserError& error) {
      message = std::string(error.what()).substr(path.string().size());
    }
    std::filesystem::remove(path);
    return message;
  }
};

TEST_F(RatesFile, ReadsTheExample) {
  const Rates rates = read_rates(FAULTLINE_SOURCE_DIR "/testbenches/rates/example.yaml");
  EXPECT_EQ(rates.raw_fit.flip_flop, 100.0);
  EXPECT_EQ(rates.permanent, 1.0);
  EXPECT_EQ(rates.clock_hz, 400e6);
  EXPECT_EQ(rates.radiation->cross_section.memory, 2e-14);
  EXPECT_FALSE(rates.radiation->cross_section.wire.has_value());
  EXPECT_EQ(rates.safety->goal, "critical");
  EXPECT_EQ(rates.safety->mechanisms.at(0).residual_coverage, 0.99);
}

TEST_F(RatesFile, MistakesNameTheirLine) {
  using testing::StartsWith;
  EXPECT_THAT(message_of("clock_mhz: 4\n"), StartsWith(":1: "));
  EXPECT_THAT(message_of("raw_fit_per_mbit: {}\n"), StartsWith(":1: no rate is given"));
  EXPECT_THAT(message_of("raw_fit_per_mbit:\n  registers: 4\n"), StartsWith(":2: "));
  EXPECT_THAT(message_of("raw_fit_per_mbit:\n  register: -4\n"), StartsWith(":2: register is '-4'"));
  EXPECT_THAT(message_of("raw_fit_per_mbit: {register: 1}\nradiation: {flux_per_cm2_hour: 1}\n"), StartsWith(":2: "));
  const std::string safety = "raw_fit_per_mbit: {register: 1}\nsafety:\n";
  EXPECT_THAT(message_of(safety + "  mechanisms: []\n"), StartsWith(":3: "));
  EXPECT_THAT(message_of(safety + "  goal: none\n  mechanisms: []\n"), StartsWith(":3: no metric 'none'"));
  EXPECT_THAT(message_of(safety + "  goal: critical\n  mechanisms:\n  - {structure: buffer, residual_coverage: 2}\n"),
              StartsWith(":5: residual_coverage is '2'"));
}

}  // namespace
}  // namespace faultline::campaign
