#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/campaign/result_store.h"
#include "sim/campaign/sqlite_database.h"
#include "tests/support/random_rows.h"
#include "tests/support/refusal.h"

namespace faultline {
namespace {

/// One bad input; the command runs in a folder with the files of makers() that its arguments name.
struct BadInput {
  std::string name;  ///< of the case
  std::string arguments;
  std::string message;  ///< part of what stderr says
};

void PrintTo(const BadInput& bad, std::ostream* out) {  // NOLINT(readability-identifier-naming): GoogleTest's name
  *out << bad.arguments;
}

void make_store(const test::TemporaryFolder& folder, const std::string& name, campaign::Shard shard,
                const nlohmann::ordered_json& experiment = nlohmann::ordered_json::object()) {
  campaign::CampaignDescription description = test::small_description();
  description.shards = {shard};
  description.experiment.update(experiment);
  const test::RandomRows source(1, description);
  std::vector<campaign::ExperimentRow> rows;
  for (uint64_t number = 0; number < 100; ++number) {
    if (shard.contains(number)) {
      rows.push_back(source.row(number, 5));
    }
  }
  campaign::ResultStore::create((folder.path() / name).string(), description).append(rows);
}

void change(const test::TemporaryFolder& folder, const std::string& store, const std::string& sql) {
  campaign::SqliteDatabase((folder.path() / store).string(), campaign::SqliteDatabase::Access::kWrite).execute(sql);
}

/// Writes the file or store of that name.
using Maker = std::function<void(const test::TemporaryFolder& folder, const std::string& name)>;

void make_replayable(const test::TemporaryFolder& folder, const std::string& name) {
  make_store(folder, name, {1, 1},
             {{"model", FAULTLINE_SOURCE_DIR "/models/lenet5_digits.onnx"},
              {"data", {{"source", "builtin:digits"}, {"images", 6}}},
              {"accelerator", {{"array", "4x4"}}}});
}

void make_short(const test::TemporaryFolder& folder, const std::string& name) {
  make_store(folder, name, {1, 1});
  const std::string whole = test::read_file(folder.path() / name);
  folder.write(name, whole.substr(0, whole.size() - 5000));
}

void make_other_database(const test::TemporaryFolder& folder, const std::string& name) {
  campaign::SqliteDatabase((folder.path() / name).string(), campaign::SqliteDatabase::Access::kCreate)
      .execute("CREATE TABLE t (x)");
}

/// A whole campaign's store, changed by a statement.
Maker changed_by(const std::string& sql) {
  return [sql](const test::TemporaryFolder& folder, const std::string& name) {
    make_store(folder, name, {1, 1});
    change(folder, name, sql);
  };
}

Maker shard(const campaign::Shard& which, const nlohmann::ordered_json& experiment = nlohmann::ordered_json::object()) {
  return [which, experiment](const test::TemporaryFolder& folder, const std::string& name) {
    make_store(folder, name, which, experiment);
  };
}

Maker text(const std::string& content) {
  return [content](const test::TemporaryFolder& folder, const std::string& name) { folder.write(name, content); };
}

/// The files that arguments may name.
const std::map<std::string, Maker>& makers() {
  static const std::map<std::string, Maker> kMakers = {
      {"r.db", make_replayable},
      {"no_model.db", shard({1, 1})},
      {"no_array.db", shard({1, 1}, {{"data", {{"source", "x"}}}, {"accelerator", {{"array", "4"}}}})},
      {"1.db", shard({1, 2})},
      {"2.db", shard({2, 2})},
      {"seed.db", shard({2, 2}, {{"seed", 8}})},
      {"future.db", changed_by("PRAGMA user_version = 99")},
      {"lost.db", changed_by("DELETE FROM experiment WHERE number = 50")},
      {"odd.db", changed_by("UPDATE run SET outcome = 77 WHERE experiment = 50")},
      {"short.db", make_short},
      {"text.db", text("experiment,image,site\n")},
      {"empty.db", text("")},
      {"other.db", make_other_database},
  };
  return kMakers;
}

void make_files(const test::TemporaryFolder& folder, const std::string& arguments) {
  for (const auto& [name, make] : makers()) {
    if (arguments.find(name) != std::string::npos) {
      make(folder, name);
    }
  }
}

std::vector<BadInput> bad_inputs() {
  const std::string csv = " --csv out.csv";
  return {
      {"ExportNothing", "export r.db", "export: neither --csv nor --jsonl is given"},
      {"ExportBothToOne", "export r.db --csv - --jsonl -", "export: --csv and --jsonl name the same file"},
      {"ExportNoStore", "export" + csv, "store is required"},
      {"ExportMissing", "export none.db" + csv, "none.db: does not exist"},
      {"ExportFolder", "export ." + csv, ".: is no file"},
      {"ExportText", "export text.db" + csv, "text.db: is no result store"},
      {"ExportEmpty", "export empty.db" + csv, "empty.db: is no result store"},
      {"ExportOther", "export other.db" + csv, "other.db: is no result store"},
      {"ExportFuture", "export future.db" + csv, "future.db: has format 99, this faultline knows 1"},
      {"ExportShort", "export short.db" + csv, "short.db: is damaged or cut short"},
      {"ExportLost", "export lost.db" + csv, "lost.db: is damaged or cut short (a run's experiment is missing)"},
      {"ExportOdd", "export odd.db" + csv, "experiment 50 on image 5 holds a value out of range"},
      {"ExportNowhere", "export r.db --csv no/out.csv", "no/out.csv: cannot be written (No such file or directory)"},
      {"ExportOverStore", "export r.db --jsonl ./r.db", "./r.db: is the result store itself"},
      {"ExportFull", "export r.db --csv /dev/full", "/dev/full: cannot be written (No space left on device)"},

      {"MergeNothing", "merge 1.db 2.db", "--out is required"},
      {"MergeNoShard", "merge -o all.db", "stores is required"},
      {"MergeExists", "merge -o r.db 1.db 2.db", "r.db: exists; choose another name"},
      {"MergeMissing", "merge -o all.db 1.db none.db", "none.db: does not exist"},
      {"MergeOther", "merge -o all.db 1.db other.db", "other.db: is no result store"},
      {"MergeTwice", "merge -o all.db 1.db 2.db 1.db", "1.db: is shard 1 of 2, which shares experiments with shard 1"},
      {"MergeCampaigns", "merge -o all.db 1.db seed.db", "seed.db: is of another campaign than 1.db: experiment.seed"},
      {"MergeDamaged", "merge -o all.db lost.db", "lost.db: is damaged or cut short"},
      {"MergeNowhere", "merge -o no/all.db 1.db 2.db", "no/all.db: cannot be written"},

      {"ReplayNothing", "replay r.db", "--experiment is required"},
      {"ReplayNegative", "replay r.db --experiment -1", "'-1' is not a whole number"},
      {"ReplayMissing", "replay none.db --experiment 1", "none.db: does not exist"},
      {"ReplayNoExperiment", "replay r.db --experiment 100", "r.db: holds no experiment 100"},
      {"ReplayNoImage", "replay r.db --experiment 1 --image 0",
       "--image: experiment 1 did not run on image 0; give one of its images: 5"},
      {"ReplayNoModel", "replay no_model.db --experiment 1", "no_model.db:1: "},
      {"ReplayBadArray", "replay no_array.db --experiment 1", "no_array.db:1: array '4' is no array shape"},
      {"ReplayOtherModel", "replay r.db --experiment 1 --wave w.vcd",
       "lenet5_digits.onnx: is not the model that the campaign ran"},
  };
}

class ResultStoreDiagnostics : public testing::TestWithParam<BadInput> {};

TEST_P(ResultStoreDiagnostics, IsOneLineAndWritesNothing) {
  const BadInput& bad = GetParam();
  const test::TemporaryFolder folder;
  make_files(folder, bad.arguments);
  test::expect_refusal(bad.arguments, folder.path(), bad.message);
}

INSTANTIATE_TEST_SUITE_P(All, ResultStoreDiagnostics, testing::ValuesIn(bad_inputs()),
                         [](const testing::TestParamInfo<BadInput>& parameter) { return parameter.param.name; });

}  // namespace
}  // namespace faultline
