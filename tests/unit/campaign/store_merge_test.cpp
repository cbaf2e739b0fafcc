#include "sim/campaign/store_merge.h"

#include <filesystem>
#include <functional>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/campaign/result_store.h"
#include "sim/config/user_error.h"
#include "tests/support/random_rows.h"
#include "tests/support/temporary_folder.h"

namespace faultline::campaign {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

class StoreMergeTest : public testing::Test {
 protected:
  static constexpr uint64_t kExperiments = 90;

  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  /// A store of the experiments of one shard, on two images each.
  std::string shard(
      const std::string& name, Shard of, const std::function<void(CampaignDescription&)>& change = [](auto&) {}) {
    CampaignDescription description = test::small_description();
    description.shards = {of};
    change(description);
    ResultStore store = ResultStore::create(path(name), description);
    for (uint64_t number = 0; number < kExperiments; ++number) {
      if (of.contains(number)) {
        store.append({source.row(number, 1), source.row(number, 0)});
      }
    }
    return path(name);
  }
  void expect_refused(const std::vector<std::string>& inputs, const std::string& message) {
    const auto files = std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator());
    EXPECT_THAT([&] { merge_stores(path("all.db"), inputs); }, ThrowsMessage<UserError>(HasSubstr(message)));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), files);
  }

  test::TemporaryFolder folder;
  uint64_t seed = std::random_device()();
  test::RandomRows source{seed, test::small_description()};
  testing::ScopedTrace trace{__FILE__, __LINE__, "seed " + std::to_string(seed)};
};

TEST_F(StoreMergeTest, AllShardsAreOneRun) {
  const std::string whole = shard("whole.db", {1, 1});
  const std::string second = shard("2.db", {2, 3});
  const std::string first = shard("1.db", {1, 3});
  const std::string third = shard("3.db", {3, 3});
  merge_stores(path("all.db"), {second, third, first});
  const ResultStore merged = ResultStore::open(path("all.db"));
  const ResultStore one_run = ResultStore::open(whole);
  EXPECT_EQ(merged.rows_sha256(), one_run.rows_sha256());
  EXPECT_EQ(merged.row_count(), 2 * kExperiments);
  EXPECT_EQ(to_json(merged.description()), to_json(one_run.description()));
}

TEST_F(StoreMergeTest, SomeShardsStayShards) {
  const std::string a = shard("a.db", {2, 4});
  const std::string b = shard("b.db", {1, 2});
  merge_stores(path("ab.db"), {a, b});
  {
    const ResultStore merged = ResultStore::open(path("ab.db"));
    EXPECT_EQ(merged.description().shards, (std::vector<Shard>{{1, 2}, {2, 4}})) << "2 of 4 and 1 of 2 share no number";
  }
}

TEST_F(StoreMergeTest, MergesWhatWasMerged) {
  const std::string odd = shard("odd.db", {2, 2});
  const std::string low = shard("low.db", {1, 4});
  const std::string high = shard("high.db", {3, 4});
  merge_stores(path("even.db"), {low, high});
  merge_stores(path("all.db"), {path("even.db"), odd});
  const ResultStore merged = ResultStore::open(path("all.db"));
  EXPECT_EQ(merged.description().shards, std::vector<Shard>{Shard{}}) << "mixed counts that add up to everything";
  EXPECT_EQ(merged.rows_sha256(), ResultStore::open(shard("whole.db", {1, 1})).rows_sha256());
}

TEST_F(StoreMergeTest, RefusesWhatDoesNotBelongTogether) {
  const std::string first = shard("1.db", {1, 2});
  expect_refused({first, first}, "1.db: is shard 1 of 2, which shares experiments with shard 1 of 2 in ");
  expect_refused({first, shard("5.db", {5, 6})}, "5.db: is shard 5 of 6, which shares experiments");
  expect_refused({first, shard("seed.db", {2, 2}, [](auto& d) { d.experiment["seed"] = 8; })},
                 "1.db: experiment.seed is 8 instead of 7; merge shards of one campaign");
  expect_refused({first, shard("model.db", {2, 2}, [](auto& d) { d.hashes["model"] = "z"; })},
                 ": hashes.model is \"z\" instead of \"a\"");
  expect_refused({first, shard("key.db", {2, 2}, [](auto& d) { d.experiment["more"] = 1; })},
                 ": experiment.more is 1 instead of null");
  expect_refused({first, path("none.db")}, "none.db: does not exist");
  // Rows outside the shard that a store says it is.
  const std::string second = shard("2.db", {2, 2});
  ResultStore::open_to_append(second).append({source.row(4, 0)});
  expect_refused({first, second}, "holds experiment 4 on image 0, as ");
  shard("all.db", {2, 2});
  expect_refused({first}, "all.db: exists; choose another name");
}

}  // namespace
}  // namespace faultline::campaign
