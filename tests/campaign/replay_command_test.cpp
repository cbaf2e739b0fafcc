#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/campaign/campaign.h"
#include "sim/campaign/prepared_campaign.h"
#include "sim/campaign/result_store.h"
#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;

const std::string kModel = std::string(FAULTLINE_SOURCE_DIR) + "/models/lenet5_digits.onnx";

/// Campaigns on LeNet-5 with digits that are run here, into a store that the built program then replays.
class ReplayCommand : public testing::Test {
 protected:
  /// Runs the experiment with these faults; every row is in r.db.
  std::vector<campaign::ExperimentRow> run_campaign(const std::string& faults, const std::string& more = "",
                                                    const std::string& model = kModel) {
    const std::string file = folder.write(
        "e.yaml", "model: " + model + "\ndata: {source: builtin:digits, images: 2}\nfaults: " + faults + "\n" + more);
    campaign::PreparedCampaign prepared(campaign::read_experiment(file));
    campaign::ExperimentRunner runner(prepared.target(), prepared.hang_factor());
    campaign::ResultStore store = campaign::ResultStore::create(path("r.db"), prepared.description());
    const auto all = [](uint64_t, size_t) { return true; };
    std::vector<campaign::ExperimentRow> rows;
    for (const campaign::Run& run :
         campaign::plan_runs(prepared.experiments(), 0, prepared.experiments().size(), all)) {
      rows.push_back(runner.run(campaign::task_of(prepared.experiments(), run)));
    }
    store.append(rows);
    return rows;
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  json replay(const std::string& arguments) {
    const auto result = test::run_faultline("replay r.db --json " + arguments, folder.path());
    EXPECT_EQ(result.status, 0) << result.err;
    return result.status == 0 ? json::parse(result.out) : json();
  }

  test::TemporaryFolder folder;
};

TEST_F(ReplayCommand, GivesTheStoredRowsAgain) {
  const auto rows =
      run_campaign("{model: flip, sample: 10, where: [\"array.*\", \"controller.*\", \"dma.*\", \"partial_sum.*\"]}",
                   "accelerator: {array: 8x6, dataflow: os, psum_rows: 512}\nhang_factor: 1.5\n");
  for (const campaign::ExperimentRow& row : rows) {
    const json report = replay("--experiment " + std::to_string(row.number) + " --image " + std::to_string(row.image));
    EXPECT_EQ(report["equal"], true);
    EXPECT_EQ(report["experiment"], row.number);
    EXPECT_EQ(report["image"], row.image);
    EXPECT_EQ(report["row"]["outcome"], to_string(row.judgement.outcome));
    EXPECT_EQ(report["story"]["outcome"], to_string(row.judgement.outcome));
    EXPECT_EQ(report["story"]["faulty_confidence"].get<double>(), row.judgement.faulty_confidence);
    EXPECT_EQ(report["story"]["cycles"], row.cycles);
  }
}

TEST_F(ReplayCommand, TellsOfSeveralFaultsAndShowsThem) {
  folder.write(
      "l.jsonl",
      R"({"path": "array.pe[3][5].psum", "mask": "0x40000000", "model": "flip", "start": 2300, "experiment": "a"}
{"path": "array.pe[2][4].psum", "mask": "0x20000000", "model": "flip", "start": 2200, "experiment": "a"}
{"path": "array.pe[9][9].product", "mask": "1", "model": "stuck_at_1", "start": 2000, "duration": 1500, "experiment": "a"}
)");
  const auto rows = run_campaign("{list: " + path("l.jsonl") + "}");
  ASSERT_EQ(rows.front().faults.size(), 3u);
  const json report = replay("--experiment 0 --image 1 --wave w.vcd");
  const json& story = report["story"];
  ASSERT_EQ(story["faults"].size(), 3u);
  EXPECT_EQ(story["faults"][0]["site"], "array.pe[9][9].product") << "in the order in which they act";
  EXPECT_EQ(story["faults"][2]["cycle"], 2300);
  EXPECT_EQ(story["site"], "array.pe[9][9].product");

  const std::string wave = test::read_file(path("w.vcd"));
  EXPECT_EQ(report["wave"]["file"], "w.vcd");
  EXPECT_EQ(report["wave"]["first_cycle"], 1984);
  EXPECT_EQ(report["wave"]["last_cycle"], 2300);
  EXPECT_THAT(wave, HasSubstr("$scope module pe[2][4] $end"));
  EXPECT_THAT(wave, HasSubstr("#19840\n"));
  EXPECT_THAT(wave, HasSubstr("#23000\n"));
  EXPECT_THAT(wave, testing::Not(HasSubstr("#23010\n")));
  const std::regex variable("\\$var wire");
  EXPECT_EQ(report["wave"]["signals"], std::distance(std::sregex_iterator(wave.begin(), wave.end(), variable), {}));

  const auto text = test::run_faultline("replay r.db --experiment 0", folder.path());
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("equal to the stored row, bit for bit"));
  EXPECT_THAT(text.out, HasSubstr("struck    array.pe[2][4].psum mask 0x20000000 (flip) at cycle 2200 of "));
  EXPECT_THAT(text.out, HasSubstr("outcome   "));
}

TEST_F(ReplayCommand, TakesTheFirstImageOnWhichTheFaultShowed) {
  run_campaign("{model: flip, sample: 12, where: [\"buffer.weight\", \"array.*.psum\"], bits: 4}");
  std::vector<campaign::ExperimentRow> rows;
  campaign::ResultStore::open(path("r.db")).for_each([&](const auto& row) { rows.push_back(row); });
  const auto shows = [](const campaign::ExperimentRow& row) {
    return row.judgement.outcome != campaign::Outcome::kMasked;
  };
  for (size_t i = 0; i < rows.size(); i += 2) {
    const size_t expected = !shows(rows[i]) && rows[i + 1].number == rows[i].number && shows(rows[i + 1]) ? 1 : 0;
    EXPECT_EQ(replay("--experiment " + std::to_string(rows[i].number))["image"], rows[i + expected].image);
  }
}

TEST_F(ReplayCommand, TheWaveBeginsBeforeAFaultAtALayersStart) {
  folder.write("l.csv", "path,mask,model,start\ncontroller.state,1,flip,0\narray.pe[0][0].psum,1,flip,5\n");
  run_campaign("{list: " + path("l.csv") + "}");
  EXPECT_EQ(replay("--experiment 0 --wave a.vcd")["wave"]["first_cycle"], 0);
  const json report = replay("--experiment 1 --wave a.vcd");
  EXPECT_EQ(report["wave"]["first_cycle"], 0);
  const std::string wave = test::read_file(path("a.vcd"));
  for (int cycle = 0; cycle <= report["wave"]["last_cycle"]; ++cycle) {
    EXPECT_THAT(wave, HasSubstr("#" + std::to_string(10 * cycle) + "\n"));
  }
}

TEST_F(ReplayCommand, TheWaveShowsWhereALateDifferenceSpreads) {
  folder.write("l.csv", "path,mask,model,start\nbuffer.weight[42997],24,flip,12337\n");
  run_campaign("{list: " + path("l.csv") + "}");
  const json report = replay("--experiment 0 --wave w.vcd");
  const json& reached = report["story"]["reached"];
  EXPECT_EQ(reached[0]["path"], "buffer.weight[*]");
  const int spread = reached[1]["first_cycle"];
  ASSERT_GT(spread, 12337 + 1000) << "the word is used only later";
  const std::string wave = test::read_file(path("w.vcd"));
  EXPECT_THAT(wave, HasSubstr("#123370\n"));
  EXPECT_THAT(wave, HasSubstr("#" + std::to_string(10 * spread) + "\n"));
  EXPECT_THAT(wave, testing::Not(HasSubstr("#" + std::to_string(10 * (spread - 500)) + "\n")));
  EXPECT_THAT(wave, HasSubstr("weight[42997]"));
  EXPECT_THAT(wave, HasSubstr("weight_next")) << "a register that the difference reached";
}

TEST_F(ReplayCommand, NoticesWhatHasChanged) {
  const std::string copy = path("m.onnx");
  std::filesystem::copy_file(kModel, copy);
  auto rows = run_campaign("{model: flip, sample: 3, where: [\"array.*\"]}", "", copy);
  campaign::CampaignDescription description = campaign::ResultStore::open(path("r.db")).description();

  const std::string second = path("s.db");
  for (campaign::ExperimentRow& row : rows) {
    row.judgement.golden_confidence = std::nextafter(row.judgement.golden_confidence, 0.0);
    row.cycles += 1;
  }
  { campaign::ResultStore::create(second, description).append(rows); }
  auto result = test::run_faultline(
      "replay s.db --experiment " + std::to_string(rows[1].number) + " --image " + std::to_string(rows[1].image),
      folder.path());
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("does not replay: golden_confidence, cycles differ from the stored row"));

  const auto refuses = [&](const char* part, const std::string& message) {
    campaign::CampaignDescription other = description;
    other.hashes[part] = "another";
    std::filesystem::remove(second);
    { campaign::ResultStore::create(second, other).append(rows); }
    result = test::run_faultline("replay s.db --experiment 1", folder.path());
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr(message));
  };
  refuses("model", "m.onnx: is not the model that the campaign ran");
  refuses("data", "builtin:digits: holds other images than the campaign ran");
  refuses("hardware", "s.db: the hardware is not the campaign's");

  std::filesystem::copy_file(std::string(FAULTLINE_SOURCE_DIR) + "/models/lenet5_mnist.onnx", copy,
                             std::filesystem::copy_options::overwrite_existing);
  result = test::run_faultline("replay r.db --experiment 1", folder.path());
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("m.onnx: is not the model that the campaign ran; bring back the file with which "));
}

TEST_F(ReplayCommand, MergedAndExportedStoresReplay) {
  run_campaign("{model: flip, sample: 4, where: [\"array.*\"]}");
  EXPECT_EQ(test::run_faultline("merge -o all.db r.db", folder.path()).status, 0);
  const auto exported = test::run_faultline("export all.db --csv - --jsonl r.jsonl", folder.path());
  EXPECT_EQ(exported.status, 0) << exported.err;
  EXPECT_EQ(std::count(exported.out.begin(), exported.out.end(), '\n'), 5);
  EXPECT_EQ(exported.out.substr(0, 22), "experiment,image,site,");
  EXPECT_TRUE(std::filesystem::exists(path("r.jsonl")));
  const auto result = test::run_faultline("replay all.db --experiment 3", folder.path());
  EXPECT_EQ(result.status, 0) << result.err;
}

}  // namespace
}  // namespace faultline
