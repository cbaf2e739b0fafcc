#include <chrono>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "hw/common/counter_random.h"
#include "sim/campaign/canonical_row.h"
#include "sim/campaign/result_store.h"
#include "tests/support/background_faultline.h"
#include "tests/support/repetitions.h"
#include "tests/support/run_faultline.h"

namespace faultline {
namespace {

using campaign::ResultStore;
using nlohmann::json;

const std::filesystem::path kSource = FAULTLINE_SOURCE_DIR;
/// Enough experiments for campaigns to be killed in their middle.
const std::string kFew = std::to_string(test::kSanitized ? 40 : 120);
const std::string kMany = std::to_string(test::kSanitized ? 60 : 250);
/// Simulated, so that they take long.
const std::string kExperiment =
    "model: models/lenet5_digits.onnx\n"
    "data: {source: builtin:digits, images: 4}\n"
    "accelerator: {array: 8x8, dataflow: os}\n"
    "engine: cycle\n"
    "faults: {model: flip, sample: " +
    kFew + ", where: [\"array.*\", \"controller.*\", \"buffer.input\"]}\n";

std::string canonical(const campaign::ExperimentRow& row) {
  std::string bytes;
  campaign::append_canonical(row, bytes);
  return bytes;
}

/// However a campaign is run, its rows are those of one uninterrupted process.
class CampaignSession : public testing::Test {
 protected:
  std::string store(const std::string& name) const { return (folder.path() / name).string(); }
  /// Runs the experiment into a store; the digest of its rows.
  std::string run(const std::string& name, const std::string& options, const std::string& launcher = "") {
    const std::string arguments = "campaign '" + experiment + "' --out '" + store(name) + "' --json " + options;
    const auto result = test::run_faultline(arguments, kSource, launcher);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.status == 0 ? json::parse(result.out).at("rows_sha256").get<std::string>() : "";
  }
  test::TemporaryFolder folder;
  std::string experiment = folder.write("experiment.yaml", kExperiment);
};

TEST_F(CampaignSession, RowsDoNotDependOnTheNumberOfProcesses) {
  const std::string one = run("one.db", "--jobs 1");
  EXPECT_EQ(run("two.db", "--jobs 2"), one);
  EXPECT_EQ(run("five.db", "--jobs 5"), one);
  EXPECT_EQ(ResultStore::open(store("one.db")).row_count(), std::stoul(kFew));
}

TEST_F(CampaignSession, ShardsMergeToTheWhole) {
  const std::string whole = run("whole.db", "--shard 1/1");
  std::string shards;
  for (const std::string shard : {"1", "2", "3", "4"}) {
    EXPECT_NE(run("s" + shard + ".db", "--shard " + shard + "/4"), whole);
    shards += " '" + store("s" + shard + ".db") + "'";
  }
  const auto merged = test::run_faultline("merge -o '" + store("all.db") + "'" + shards, kSource);
  ASSERT_EQ(merged.status, 0) << merged.err;
  EXPECT_EQ(ResultStore::open(store("all.db")).rows_sha256(), whole);
  EXPECT_EQ(ResultStore::open(store("all.db")).description().identity(),
            ResultStore::open(store("whole.db")).description().identity());
}

TEST_F(CampaignSession, RanksGiveTheSameRows) {
  if (std::system("command -v mpirun >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "mpirun is not installed";
  }
  if (!std::filesystem::exists(std::filesystem::path(FAULTLINE_BINARY).parent_path() / "faultline_mpi_ranks.so")) {
    GTEST_SKIP() << "this build lacks MPI";
  }
  const std::string alone = run("alone.db", "--jobs 1");
  // OpenMPI wants to be told that a container's only user may run it.
  const std::string mpirun = "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe -n ";
  EXPECT_EQ(run("rank.db", "", mpirun + "1"), alone);
  EXPECT_EQ(run("ranks.db", "", mpirun + "2"), alone);
  EXPECT_EQ(run("many.db", "--jobs 2", mpirun + "3"), alone);
}

/// The mistake is found before the ranks are connected, so this build need not have MPI.
TEST_F(CampaignSession, OneRankTellsTheUsersMistake) {
  if (std::system("command -v mpirun >/dev/null 2>&1") != 0) {
    GTEST_SKIP() << "mpirun is not installed";
  }
  const auto result =
      test::run_faultline("campaign '" + experiment + "' --engine none", kSource,
                          "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe -n 3 ");
  EXPECT_NE(result.status, 0);
  const size_t first = result.err.find("faultline: ");
  ASSERT_NE(first, std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("faultline: ", first + 1), std::string::npos) << result.err;
}

TEST_F(CampaignSession, AFaultListThatCannotBeWrittenLeavesNoStore) {
  const auto result = test::run_faultline(
      "campaign '" + experiment + "' --out '" + store("r.db") + "' --write-list '" + folder.path().string() + "'",
      kSource);
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.err.find("is no file that could be replaced"), std::string::npos) << result.err;
  EXPECT_FALSE(std::filesystem::exists(store("r.db")));
}

TEST_F(CampaignSession, SurvivesBeingKilledAtRandomMoments) {
  const auto start = std::chrono::steady_clock::now();
  const std::string expected = run("whole.db", "--jobs 2 --samples " + kMany);
  const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
  constexpr uint64_t kSeed = 20;
  constexpr int kKills = 20;
  std::cout << "seed " << kSeed << ", one run takes " << whole.count() << " s\n";
  hw::CounterRandom random(kSeed, 0);
  uint64_t rows = 0;
  int begun = 0;
  for (int kill_number = 0; kill_number < kKills; ++kill_number) {
    std::vector<std::string> arguments = {"campaign", experiment, "--out",     store("killed.db"),
                                          "--jobs",   "2",        "--samples", kMany};
    if (std::filesystem::exists(store("killed.db"))) {
      arguments.emplace_back("--resume");
    }
    test::BackgroundFaultline killed(arguments, kSource);
    std::this_thread::sleep_for(0.3 * whole * random.uniform_real());
    kill(killed.process(), SIGKILL);
    killed.wait();
    if (std::filesystem::exists(store("killed.db"))) {
      const uint64_t now = ResultStore::open(store("killed.db")).row_count();
      EXPECT_GE(now, rows) << "rows were lost";
      begun += now > rows ? 1 : 0;
      rows = now;
    }
  }
  std::cout << begun << " of " << kKills << " killed runs had stored rows, " << rows << " rows in all\n";
  EXPECT_GT(begun, 0);
  EXPECT_EQ(run("killed.db", "--resume --jobs 2 --samples " + kMany), expected);
  EXPECT_EQ(run("killed.db", "--resume --samples " + kMany), expected) << "a complete campaign has nothing left to run";
}

TEST_F(CampaignSession, AWorkerThatIsKilledCostsOneExperiment) {
  test::BackgroundFaultline campaign(
      {"campaign", experiment, "--out", store("struck.db"), "--jobs", "1", "--samples", kMany}, kSource);
  // The campaign's child watches over the worker, its child.
  pid_t worker = -1;
  while (worker < 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    for (const pid_t watcher : test::children_of(campaign.process())) {
      for (const pid_t process : test::children_of(watcher)) {
        worker = process;
      }
    }
  }
  while (!std::filesystem::exists(store("struck.db")) || ResultStore::open(store("struck.db")).row_count() == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  kill(worker, SIGKILL);
  EXPECT_EQ(campaign.wait(), 1) << "the exit status says that something is missing";
  uint64_t errors = 0;
  ResultStore::open(store("struck.db")).for_each([&](const campaign::ExperimentRow& row) {
    errors += row.tool_error.empty() ? 0 : 1;
  });
  EXPECT_EQ(errors, 1u);
  EXPECT_EQ(ResultStore::open(store("struck.db")).row_count(), std::stoul(kMany));
}

/// Many of these experiments are run between two messages of a worker: those whose rows die with it are run again.
TEST_F(CampaignSession, AWorkerThatIsKilledBetweenMessagesCostsOneExperimentAtMost) {
  const std::string short_experiments = folder.write("short.yaml",
                                                     "model: models/lenet5_digits.onnx\n"
                                                     "data: {source: builtin:digits, images: 4}\n"
                                                     "accelerator: {array: 16x16, dataflow: ws}\n"
                                                     "faults: {model: flip, sample: 1000, where: [\"array.*\"]}\n");
  constexpr uint64_t kRuns = test::repetitions(150'000);
  const std::string size = std::to_string(kRuns);
  const auto undisturbed = test::run_faultline(
      "campaign '" + short_experiments + "' --out '" + store("whole.db") + "' --jobs 1 --samples " + size, kSource);
  ASSERT_EQ(undisturbed.status, 0) << undisturbed.err;
  test::BackgroundFaultline campaign(
      {"campaign", short_experiments, "--out", store("struck.db"), "--jobs", "2", "--samples", size}, kSource);
  constexpr uint64_t kKills = 3;
  uint64_t killed = 0;
  while (killed < kKills) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (!std::filesystem::exists(store("struck.db")) ||
        ResultStore::open(store("struck.db")).row_count() < killed * (kRuns / 5) + 1) {
      continue;
    }
    const std::set<pid_t> watchers = test::children_of(campaign.process());
    ASSERT_FALSE(watchers.empty()) << "the campaign had ended before its workers were killed";
    for (const pid_t watcher : watchers) {
      for (const pid_t worker : test::children_of(watcher)) {
        killed += killed < kKills && kill(worker, SIGKILL) == 0 ? 1 : 0;
      }
    }
  }
  const int status = campaign.wait();
  const ResultStore whole = ResultStore::open(store("whole.db"));
  const ResultStore struck = ResultStore::open(store("struck.db"));
  ASSERT_EQ(struck.row_count(), kRuns);
  const auto expected = whole.rows();
  uint64_t errors = 0;
  uint64_t different = 0;
  struck.for_each([&](const campaign::ExperimentRow& row) {
    campaign::ExperimentRow undisturbed_row;
    ASSERT_TRUE(expected->next(undisturbed_row));
    errors += row.tool_error.empty() ? 0 : 1;
    different += row.tool_error.empty() && canonical(row) != canonical(undisturbed_row) ? 1 : 0;
  });
  std::cout << errors << " experiments lost by " << killed << " kills\n";
  EXPECT_LE(errors, killed);
  EXPECT_EQ(different, 0u);
  EXPECT_EQ(status, errors > 0 ? 1 : 0);
}

TEST_F(CampaignSession, RefusesAStoreOfAnotherCampaign) {
  run("r.db", "");
  const auto again = test::run_faultline("campaign '" + experiment + "' --out '" + store("r.db") + "'", kSource);
  EXPECT_EQ(again.status, 2);
  EXPECT_NE(again.err.find("r.db: exists"), std::string::npos) << again.err;
  const auto other =
      test::run_faultline("campaign '" + experiment + "' --seed 2 --resume --out '" + store("r.db") + "'", kSource);
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("is of another campaign: experiment.seed is 1, not 2"), std::string::npos) << other.err;
}

}  // namespace
}  // namespace faultline
