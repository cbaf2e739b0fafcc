#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/campaign/result_store.h"
#include "sim/report/yaml_text.h"
#include "tests/support/run_faultline.h"
#include "tests/support/synthetic_campaign.h"

namespace faultline {
namespace {

using nlohmann::ordered_json;
using test::run_faultline;
using test::RunResult;
using test::SyntheticCampaign;
using testing::HasSubstr;

/// A result store with a made-up campaign.
void write_store(const std::filesystem::path& path, const SyntheticCampaign& made) {
  auto store = campaign::ResultStore::create(path.string(), test::synthetic_description(made));
  std::vector<campaign::ExperimentRow> rows;
  test::synthetic_rows(made)([&](const campaign::ExperimentRow& row) { rows.push_back(row); });
  store.append(rows);
}

class ReportCommands : public testing::Test {
 protected:
  void SetUp() override {
    write_store(folder_.path() / "a.db", {});
    SyntheticCampaign second;
    second.seed = 2;
    second.harm = 0.3;
    write_store(folder_.path() / "b.db", second);
  }

  test::TemporaryFolder folder_;
};

TEST_F(ReportCommands, WriteAPage) {
  const RunResult run = run_faultline("report a.db -o report.html", folder_.path());
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("report.html: 2000 of 2000 experiments, rows "));
  const std::string page = test::read_file(folder_.path() / "report.html");
  const auto digest = campaign::ResultStore::open((folder_.path() / "a.db").string()).rows_sha256();
  EXPECT_THAT(page, HasSubstr(digest));
  EXPECT_THAT(page, HasSubstr("faultline replay a.db --experiment "));
}

TEST_F(ReportCommands, CompareOnTheTerminalAndAsJson) {
  const RunResult text = run_faultline("compare a.db b.db", folder_.path());
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_THAT(text.out, testing::ContainsRegex("\ncritical  .*second lower\n"));
  const RunResult json = run_faultline("compare a.db b.db --json -o compare.html", folder_.path());
  EXPECT_EQ(json.status, 0) << json.err;
  EXPECT_FALSE(ordered_json::parse(json.out)["metrics"]["critical"]["includes_zero"].get<bool>());
  EXPECT_THAT(test::read_file(folder_.path() / "compare.html"), HasSubstr("</html>"));
}

TEST_F(ReportCommands, NeverOverwriteAStore) {
  const std::string before = test::read_file(folder_.path() / "a.db");
  for (const char* arguments : {"report a.db -o a.db", "report a.db -o ./a.db", "compare b.db a.db -o a.db"}) {
    const RunResult run = run_faultline(arguments, folder_.path());
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_THAT(run.err, HasSubstr("a.db: is the result store itself; give the page another name")) << arguments;
  }
  EXPECT_EQ(test::read_file(folder_.path() / "a.db"), before);
}

TEST_F(ReportCommands, RefuseWhatIsNoStore) {
  folder_.write("text.db", "not a database");
  for (const char* arguments : {"report none.db -o r.html", "report text.db -o r.html", "compare a.db none.db"}) {
    const RunResult run = run_faultline(arguments, folder_.path());
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_THAT(run.err, testing::StartsWith("faultline: ")) << arguments;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "r.html"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "none.db"));
  EXPECT_EQ(run_faultline("report a.db -o nowhere/r.html", folder_.path()).status, 2);
}

/// The experiment that a report prints, given to `faultline campaign`, is the same experiment.
TEST(ReportedExperiment, CanBeRunAgain) {
  const test::TemporaryFolder folder;
  folder.write("first.yaml", "model: '" FAULTLINE_SOURCE_DIR
                             "/models/lenet5_digits.onnx'\n"
                             "data: {source: builtin:digits, images: 2}\n"
                             "accelerator: {array: 8x8, dataflow: os}\n"
                             "faults: {model: stuck_at, sample: 5, where: ['array.pe[*][*].*', "
                             "'controller.*'], bits: 2}\n"
                             "seed: 7\n");
  const RunResult run = run_faultline("campaign first.yaml --dry-run --json", folder.path());
  ASSERT_EQ(run.status, 0) << run.err;
  const ordered_json described = ordered_json::parse(run.out);
  folder.write("again.yaml", report::yaml_text(described["experiment"]));
  const RunResult again = run_faultline("campaign again.yaml --dry-run --json", folder.path());
  ASSERT_EQ(again.status, 0) << again.err;
  for (const char* part : {"experiment", "population", "hashes"}) {
    EXPECT_EQ(ordered_json::parse(again.out)[part], described[part]) << part;
  }
}

}  // namespace
}  // namespace faultline
