#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/refusal.h"

namespace faultline {
namespace {

using nlohmann::json;

const std::filesystem::path kSource = FAULTLINE_SOURCE_DIR;

/// A campaign on LeNet-5 with digits; `faults` and `more` are YAML.
class CampaignCommand : public testing::Test {
 protected:
  std::string experiment(const std::string& faults, const std::string& more = "") {
    return folder.write("experiment.yaml",
                        "model: models/lenet5_digits.onnx\n"
                        "data: {source: builtin:digits, images: 2}\n"
                        "faults: " +
                            faults + "\n" + more);
  }
  json run(const std::string& arguments) {
    const auto result = test::run_faultline("campaign " + arguments + " --json --rows", kSource);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.status == 0 ? json::parse(result.out) : json();
  }
  test::TemporaryFolder folder;
};

const char* const kEverywhere =
    "{model: flip, sample: 12, where: [\"array.*\", \"controller.*\", \"dma.*\", \"partial_sum.*\", "
    "\"post_processing.row*\", \"input_feeder.*\"]}";

TEST_F(CampaignCommand, ReportsEveryPart) {
  const json report = run(experiment(kEverywhere));
  int outcomes = 0;
  for (const auto& [name, count] : report["outcomes"].items()) {
    outcomes += count.get<int>();
  }
  EXPECT_EQ(outcomes, 12);
  EXPECT_EQ(report["experiments"], 12);
  int by_structure = 0;
  for (const auto& structure : report["per_structure"]) {
    by_structure += structure["experiments"].get<int>();
  }
  EXPECT_EQ(by_structure, 12);
  for (const auto& row : report["rows"]) {
    EXPECT_EQ(row["masked_in"] != "", row["outcome"] == "masked") << row["number"];
  }
  EXPECT_EQ(report["experiment"]["hang_factor"], 2.0) << "defaults are written back";
  EXPECT_EQ(report["experiment"]["accelerator"]["array"], "16x16");
  EXPECT_EQ(report["experiment"]["faults"]["population"], "storage");
  EXPECT_EQ(report["experiment"]["engine"], "cone");
  EXPECT_EQ(report["followed"].get<int>() + report["simulated"].get<int>(), 12);
  for (const char* what : {"model", "data", "hardware"}) {
    EXPECT_EQ(report["hashes"][what].get<std::string>().size(), 64u) << what;
  }
  const json& population = report["population"];
  EXPECT_EQ(population["size"].get<uint64_t>(), population["positions"].get<uint64_t>() *
                                                    population["cycles"].get<uint64_t>() *
                                                    population["images"].get<uint64_t>());
  EXPECT_EQ(population["cycles"], report["golden_cycles"]);
}

TEST_F(CampaignCommand, ALargerSampleBeginsWithTheSmaller) {
  const std::string file = experiment(kEverywhere);
  const json few = run(file + " --samples 6");
  const json more = run(file);
  ASSERT_EQ(few["rows"].size(), 6u);
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(few["rows"][i], more["rows"][i]);
  }
  EXPECT_NE(run(file + " --seed 2")["rows"], more["rows"]);
}

TEST_F(CampaignCommand, TheWrittenListRunsTheSameFaults) {
  const std::string file = experiment(kEverywhere);
  const std::string list = (folder.path() / "drawn.jsonl").string();
  const json drawn = run(file + " --images 1 --write-list " + list);
  const json listed = run(experiment("{list: " + list + "}") + " --images 1");
  EXPECT_EQ(listed["rows"], drawn["rows"]);
}

TEST_F(CampaignCommand, ARefusedStoreLeavesNoList) {
  folder.write("r.db", "there already");
  const std::string model = "model: '" + (kSource / "models/lenet5_digits.onnx").string() + "'\n";
  const std::string file =
      folder.write("here.yaml", model + "data: {source: builtin:digits, images: 1}\nfaults: " + kEverywhere + "\n");
  test::expect_refusal("campaign " + file + " --write-list drawn.csv --out r.db", folder.path(), "r.db: exists");
}

TEST_F(CampaignCommand, TheQuestionSteersNeymanAllocation) {
  const auto report = [&](const std::string& question) {
    return run(experiment("{model: flip, sample: 400, strata: [bit], allocation: neyman, pilot: 200, "
                          "where: [\"array.pe[*][*].psum\"], question: " +
                          question + "}") +
               " --engine cone");
  };
  const json any = report("any");
  const json critical = report("critical");
  ASSERT_EQ(any["rows"].size(), 400u);
  // The pilot is the same; what follows it is not: low bits change the output, high ones the class.
  for (size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(any["rows"][i], critical["rows"][i]);
  }
  EXPECT_NE(any["rows"], critical["rows"]);
  EXPECT_EQ(any["question"], "any");
}

TEST_F(CampaignCommand, RatesAddReliabilityFigures) {
  const std::string rates = (kSource / "testbenches/rates/example.yaml").string();
  const std::string file = experiment("{model: flip, sample: 40, where: [\"array.*\", \"buffer.weight\"]}");
  const json reliability = run(file + " --engine cone --rates " + rates)["reliability"];
  const json& sdc = reliability["fit"]["sdc"];
  EXPECT_LE(sdc["low"].get<double>(), sdc["estimate"].get<double>());
  EXPECT_GT(sdc["high"].get<double>(), 0.0);
  double sum = 0;
  for (const json& structure : reliability["structures"]) {
    sum += structure["fit"]["sdc"]["estimate"].get<double>();
  }
  EXPECT_NEAR(sum, sdc["estimate"].get<double>(), 1e-9 * (1 + sum)) << "the parts make the whole";
  EXPECT_FALSE(run(file + " --engine cone").contains("reliability"));
}

TEST_F(CampaignCommand, DryRunGivesPopulationAndTime) {
  const auto result = test::run_faultline("campaign " + experiment(kEverywhere) + " --dry-run --json", kSource);
  ASSERT_EQ(result.status, 0) << result.err;
  const json report = json::parse(result.out);
  EXPECT_GT(report["expected_seconds"].get<double>(), 0.0);
  EXPECT_EQ(report["population"]["sample"], 12);
  EXPECT_FALSE(report.contains("outcomes"));
}

/// What a result says of its experiment repeats it: JSON is YAML.
class EffectiveExperiment : public CampaignCommand, public testing::WithParamInterface<const char*> {};

TEST_P(EffectiveExperiment, GivesTheSameRowsAgain) {
  const json first = run(experiment(GetParam(), "seed: 9\n"));
  ASSERT_GT(first["rows"].size(), 0u);
  const json again = run(folder.write("again.yaml", first["experiment"].dump()));
  EXPECT_EQ(again["experiment"], first["experiment"]);
  EXPECT_EQ(again["population"], first["population"]);
  EXPECT_EQ(again["rows"], first["rows"]);
  for (const char* key :
       {"sampler", "kind", "size", "images_per_fault", "sample", "with_replacement", "strata", "live"}) {
    EXPECT_TRUE(first["population"].contains(key)) << key;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Samplers, EffectiveExperiment,
    testing::Values(
        "{model: flip, sample: 4, where: [\"controller.*\"], images: 2, bits: 2}",
        "{model: stuck_at, sample: 4, where: [\"array.pe[*][*].product\"], duration: 50, period: 200}",
        "{model: stuck_at_1, sample: all, where: [controller.state], images: all}",
        "{model: flip, sample: 8, where: [\"array.pe[*][*].*\"], strata: structure, confidence: 0.9}",
        "{model: flip, margin: 0.4, where: [\"array.pe[*][*].*\"], sequential: {batch: 5}, question: sdc_1}",
        "{model: flip, sample: 4, where: [\"array.pe[*][*].*\", buffer.weight], importance: {buffer.weight: 0.01}}",
        "{model: flip, sample: 4, where: [buffer.weight], upset: {multiplicity: {1: 0.5, 3: 0.5}, pattern: "
        "neighbouring_pes}}",
        "{model: flip, sample: 3, where: [buffer.weight], ber: 0.001, start: 700}",
        "{model: stuck_at, sample: 2, where: [\"array.pe[*][*].*\"], map: {fraction: 0.05, mask: 1}}"));

/// The two grids give the same rows, faults in the array and around it.
class EnginesAgree : public CampaignCommand, public testing::WithParamInterface<const char*> {};

TEST_P(EnginesAgree, OnEveryRow) {
  const std::string arguments = " --images 1 --array 6x5 --dataflow " + std::string(GetParam());
  const std::string file = experiment(kEverywhere);
  EXPECT_EQ(run(file + arguments + " --engine cycle")["rows"], run(file + arguments + " --engine structural")["rows"]);
  const std::string wires = experiment("{model: stuck_at, sample: 6, where: [\"array.pe[*][*].product\"]}");
  EXPECT_EQ(run(wires + arguments + " --engine cycle")["rows"],
            run(wires + arguments + " --engine structural")["rows"]);
}

/// Nor does it show in the rows whether a fault was followed or simulated.
class FollowedRows : public CampaignCommand, public testing::WithParamInterface<const char*> {
 protected:
  /// The campaign with the engine that is the default, after its rows were compared with those of a simulation.
  json agreed(const std::string& file) {
    const std::string arguments = file + " --dataflow " + std::string(GetParam());
    const json cycle = run(arguments + " --engine cycle");
    const json chosen = run(arguments);
    EXPECT_EQ(cycle["rows_sha256"], chosen["rows_sha256"]);
    EXPECT_EQ(cycle["rows"], chosen["rows"]);
    EXPECT_EQ(cycle["simulated"], cycle["runs"]);
    return chosen;
  }
};

const char* const kFlips =
    "{model: flip, sample: 40, where: [\"array.pe[*][*].*\", \"buffer.*\", \"post_processing.*\", controller.tile]}";

TEST_P(FollowedRows, AreThoseOfASimulation) {
  EXPECT_GT(agreed(experiment(kFlips))["followed"], 30);
}

TEST_P(FollowedRows, OfMixedMultipliers) {
  const std::string mixed =
      "accelerator:\n"
      "  multiplier: drum:k=6\n"
      "  layer_multipliers: [{layer: conv1, multiplier: exact}, {layer: fc2, multiplier: truncated:k=4}]\n"
      "  multipliers: [{rows: 2-4, columns: 1, multiplier: broken_array}]\n";
  EXPECT_GT(agreed(experiment(kFlips, mixed))["followed"], 30);
}

/// What strikes a protected memory is simulated, so that its flags are told.
TEST_P(FollowedRows, OfProtectedMemories) {
  const std::string guarded =
      "accelerator:\n"
      "  protection:\n"
      "    - {unit: secded, memories: [input, partial_sum]}\n"
      "    - {unit: parity, memories: [weight], on_error: zero}\n";
  const json report = agreed(experiment(kFlips, guarded));
  EXPECT_GT(report["followed"], 0);
  EXPECT_GT(report["simulated"], 20);
}

TEST_P(FollowedRows, OfFaultMaps) {
  const char* const products =
      "{model: stuck_at, sample: 12, where: [\"array.pe[*][*].product\"], map: {fraction: 0.02, mask: 1}}";
  EXPECT_EQ(agreed(experiment(products))["followed"], 12);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, FollowedRows, testing::Values("ws", "os", "is"));

INSTANTIATE_TEST_SUITE_P(Dataflows, EnginesAgree, testing::Values("ws", "os", "is"));

}  // namespace
}  // namespace faultline
