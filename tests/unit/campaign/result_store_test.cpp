#include "sim/campaign/result_store.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <random>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/campaign/canonical_row.h"
#include "sim/campaign/result_store_schema.h"
#include "sim/campaign/sqlite_database.h"
#include "sim/config/user_error.h"
#include "tests/support/random_rows.h"
#include "tests/support/temporary_folder.h"

namespace faultline::campaign {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::string canonical(const ExperimentRow& row) {
  std::string bytes;
  append_canonical(row, bytes);
  return bytes;
}

std::vector<std::string> canonical(const std::vector<ExperimentRow>& rows) {
  std::vector<std::string> all;
  for (const ExperimentRow& row : rows) {
    all.push_back(canonical(row));
  }
  return all;
}

std::vector<ExperimentRow> all_rows(const ResultStore& store) {
  std::vector<ExperimentRow> rows;
  store.for_each([&](const ExperimentRow& row) { rows.push_back(row); });
  return rows;
}

/// The end of a child that waits to be killed.
[[noreturn]] void pause_forever(bool sound) {
  while (sound) {
    pause();
  }
  _exit(1);
}

/// The faults with a change to the first.
hw::Faults with_first(const hw::Faults& faults, const std::function<void(hw::Fault&)>& change) {
  std::vector<hw::Fault> list = faults;
  change(list.front());
  return list;
}

class ResultStoreTest : public testing::Test {
 protected:
  void SetUp() override { RecordProperty("seed", std::to_string(seed)); }
  std::string path(const std::string& name = "r.db") const { return (folder.path() / name).string(); }
  std::vector<ExperimentRow> rows(uint64_t experiments, size_t images = 1) const {
    std::vector<ExperimentRow> made;
    for (uint64_t number = 0; number < experiments; ++number) {
      for (size_t image = 0; image < images; ++image) {
        made.push_back(source.row(number, image));
      }
    }
    return made;
  }
  size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()));
  }

  test::TemporaryFolder folder;
  CampaignDescription description = test::small_description();
  uint64_t seed = std::random_device()();
  test::RandomRows source{seed, description};
  testing::ScopedTrace trace{__FILE__, __LINE__, "seed " + std::to_string(seed)};
};

TEST_F(ResultStoreTest, GivesBackWhatItWasGiven) {
  const std::vector<ExperimentRow> written = rows(700, 3);
  { ResultStore::create(path(), description).append(written); }
  const ResultStore store = ResultStore::open(path());
  EXPECT_EQ(canonical(all_rows(store)), canonical(written));
  EXPECT_EQ(to_json(store.description()), to_json(description));
  EXPECT_EQ(store.row_count(), written.size());
  ASSERT_EQ(store.keys(0, 700).size(), written.size());
  EXPECT_EQ(store.keys(0, 700)[4], ResultStore::Key(1, 1));
  EXPECT_THAT(store.keys(2, 3),
              testing::ElementsAre(ResultStore::Key(2, 0), ResultStore::Key(2, 1), ResultStore::Key(2, 2)));
  const std::vector<ExperimentRow> read = all_rows(store);
  for (size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].followed, written[i].followed) << i;
  }
  const std::vector<ExperimentRow> third(written.begin() + 6, written.begin() + 9);
  EXPECT_EQ(canonical(store.experiment(2)), canonical(third));
  EXPECT_TRUE(store.experiment(700).empty());
}

TEST_F(ResultStoreTest, KeepsRowsThatSayLittleOrAreNoNumber) {
  ExperimentRow none;
  none.number = uint64_t{1} << 40;
  none.judgement.golden_confidence = std::numeric_limits<double>::quiet_NaN();
  ExperimentRow apart = source.row(5, 0);
  apart.site = {2, 399};
  apart.faults = {hw::Fault{{0, 0}, 2}};
  ResultStore store = ResultStore::in_memory(description);
  store.append({none, apart});
  EXPECT_EQ(canonical(all_rows(store)), canonical(std::vector<ExperimentRow>{apart, none}));
}

TEST_F(ResultStoreTest, TheDigestDoesNotDependOnTheOrderOfWriting) {
  std::vector<ExperimentRow> written = rows(200, 2);
  ResultStore in_order = ResultStore::in_memory(description);
  in_order.append(written);
  hw::CounterRandom random(seed, 99);
  for (size_t i = written.size(); i > 1; --i) {
    std::swap(written[i - 1], written[random.uniform(i)]);
  }
  ResultStore shuffled = ResultStore::in_memory(description);
  for (size_t first = 0; first < written.size(); first += 80) {
    shuffled.append({written.begin() + first, written.begin() + first + 80});
  }
  EXPECT_EQ(shuffled.rows_sha256(), in_order.rows_sha256());
  EXPECT_EQ(in_order.rows_sha256().size(), 64u);
}

TEST_F(ResultStoreTest, TheDigestSeesEveryMember) {
  using Change = std::function<void(ExperimentRow&)>;
  const std::vector<Change> changes = {
      [](ExperimentRow& row) { row.number += 1; },
      [](ExperimentRow& row) { row.image += 1; },
      [](ExperimentRow& row) { row.stratum ^= 1; },
      [](ExperimentRow& row) { row.weight += 1; },
      [](ExperimentRow& row) {
        row.faults = with_first(row.faults, [](hw::Fault& fault) { fault.site.element ^= 1; });
      },
      [](ExperimentRow& row) {
        row.faults = with_first(row.faults, [](hw::Fault& fault) { fault.mask ^= uint64_t{1} << 63; });
      },
      [](ExperimentRow& row) {
        row.faults = with_first(row.faults, [](hw::Fault& fault) { fault.model = hw::FaultModel::kStuckAt1; });
      },
      [](ExperimentRow& row) { row.faults = with_first(row.faults, [](hw::Fault& fault) { fault.start += 1; }); },
      [](ExperimentRow& row) { row.faults = with_first(row.faults, [](hw::Fault& fault) { fault.duration += 1; }); },
      [](ExperimentRow& row) { row.faults = with_first(row.faults, [](hw::Fault& fault) { fault.period += 1; }); },
      [](ExperimentRow& row) {
        row.faults = {row.faults.front(), row.faults.front()};
      },
      [](ExperimentRow& row) { row.site.element ^= 1; },
      [](ExperimentRow& row) { row.bit += 1; },
      [](ExperimentRow& row) { row.layer = 1; },
      [](ExperimentRow& row) { row.judgement.outcome = Outcome::kHang; },
      [](ExperimentRow& row) { row.judgement.sdc_1 = true; },
      [](ExperimentRow& row) { row.judgement.sdc_5 = false; },
      [](ExperimentRow& row) { row.judgement.sdc_5 = true; },
      [](ExperimentRow& row) { row.judgement.sdc_10_percent = true; },
      [](ExperimentRow& row) { row.judgement.sdc_20_percent = true; },
      [](ExperimentRow& row) { row.judgement.golden_class = 3; },
      [](ExperimentRow& row) { row.judgement.faulty_class = 3; },
      [](ExperimentRow& row) { row.judgement.golden_tie = true; },
      [](ExperimentRow& row) { row.judgement.faulty_tie = true; },
      [](ExperimentRow& row) { row.judgement.golden_confidence = -0.0; },
      [](ExperimentRow& row) { row.judgement.faulty_confidence = 5e-324; },
      [](ExperimentRow& row) { row.latent = true; },
      [](ExperimentRow& row) { row.extent = Extent::kBuffer; },
      [](ExperimentRow& row) { row.masked_in = MaskedIn::kClamp; },
      [](ExperimentRow& row) { row.detection.by = "unit"; },
      [](ExperimentRow& row) { row.detection.corrected = true; },
      [](ExperimentRow& row) { row.detection.cycle = 0; },
      [](ExperimentRow& row) { row.cycles += 1; },
      [](ExperimentRow& row) { row.golden_cycles += 1; },
      [](ExperimentRow& row) { row.label = 4; },
      [](ExperimentRow& row) { row.exact_class = 4; },
      [](ExperimentRow& row) { row.tool_error = "broken"; },
  };
  ExperimentRow plain;
  plain.site = {1, 4};
  plain.faults = {{{1, 4}, 1, hw::FaultModel::kFlip, 5, 1, 0}};
  const auto digest = [this](const ExperimentRow& row) {
    ResultStore store = ResultStore::in_memory(description);
    store.append({row});
    return store.rows_sha256();
  };
  std::vector<std::string> digests = {digest(plain)};
  for (const Change& change : changes) {
    ExperimentRow changed = plain;
    change(changed);
    digests.push_back(digest(changed));
  }
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::unique(digests.begin(), digests.end()), digests.end());
}

TEST_F(ResultStoreTest, AppendsAllOrNothing) {
  ResultStore store = ResultStore::create(path(), description);
  store.append(rows(10));
  std::vector<ExperimentRow> more = {source.row(10, 0), source.row(11, 0), source.row(3, 0)};
  EXPECT_THAT([&] { store.append(more); },
              ThrowsMessage<std::logic_error>(HasSubstr("experiment 3 on image 0 is in the store already")));
  EXPECT_EQ(store.row_count(), 10u);
  more.pop_back();
  store.append(more);
  EXPECT_EQ(store.row_count(), 12u);
  ExperimentRow other = source.row(3, 1);
  other.faults = with_first(other.faults, [](hw::Fault& fault) { fault.mask ^= 2; });
  EXPECT_THAT([&] { store.append({other}); },
              ThrowsMessage<std::logic_error>(HasSubstr("experiment 3 is in the store with other faults")));
  EXPECT_EQ(canonical(all_rows(store)), canonical(rows(12)));
}

TEST_F(ResultStoreTest, RowsWithoutFaultsTakeThoseOfTheirExperiment) {
  const std::vector<ExperimentRow> written = rows(50, 3);
  std::vector<ExperimentRow> light = written;
  for (size_t i = 0; i < light.size(); ++i) {
    if (i % 3 != 1) {  // the second image's row brings them
      light[i].faults = {};
    }
  }
  std::vector<ExperimentRow> later;
  for (size_t i = 2; i < light.size(); i += 6) {
    later.push_back(light[i]);
  }
  for (const ExperimentRow& row : later) {
    light.erase(std::find_if(light.begin(), light.end(), [&](const ExperimentRow& other) {
      return other.number == row.number && other.image == row.image;
    }));
  }
  ResultStore store = ResultStore::create(path(), description);
  store.append_batches({light, {}});
  store.append(later);
  EXPECT_EQ(canonical(all_rows(store)), canonical(written));
}

TEST_F(ResultStoreTest, IsOneFileWhenClosed) {
  {
    ResultStore store = ResultStore::create(path(), description);
    store.append(rows(50));
    EXPECT_GT(files(), 1u) << "the log and the lock";
  }
  EXPECT_EQ(files(), 1u);
  fs::copy_file(path(), path("copy.db"));
  fs::remove(path());
  EXPECT_EQ(canonical(all_rows(ResultStore::open(path("copy.db")))), canonical(rows(50)));
  EXPECT_EQ(files(), 1u);
}

TEST_F(ResultStoreTest, GoesOnWhereItEnded) {
  { ResultStore::create(path(), description).append(rows(20)); }
  {
    ResultStore store = ResultStore::open_to_append(path());
    EXPECT_EQ(store.row_count(), 20u);
    store.append({source.row(20, 0)});
  }
  EXPECT_EQ(canonical(all_rows(ResultStore::open(path()))), canonical(rows(21)));
}

TEST_F(ResultStoreTest, OneAppendsWhileOthersRead) {
  ResultStore writer = ResultStore::create(path(), description);
  writer.append(rows(20));
  const ResultStore reader = ResultStore::open(path());
  uint64_t seen = 0;
  reader.for_each([&](const ExperimentRow& row) {
    writer.append({source.row(100 + row.number, 0)});
    ++seen;
  });
  EXPECT_EQ(seen, 20u) << "a reader sees the rows that were there when it began";
  EXPECT_EQ(reader.row_count(), 40u);
  EXPECT_THAT([&] { ResultStore::open_to_append(path()); },
              ThrowsMessage<UserError>(HasSubstr("r.db: is being written by another faultline; wait")));
  writer.append({source.row(200, 0)});
}

TEST_F(ResultStoreTest, OneProcessAppendsAtATime) {
  { ResultStore::create(path(), description); }
  std::array<int, 2> channel{};
  ASSERT_EQ(pipe(channel.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    ResultStore store = ResultStore::open_to_append(path());
    store.append({source.row(0, 0)});
    const char ready = 1;
    pause_forever(write(channel[1], &ready, 1) == 1);
  }
  char ready = 0;
  ASSERT_EQ(read(channel[0], &ready, 1), 1);
  EXPECT_THAT([&] { ResultStore::open_to_append(path()); },
              ThrowsMessage<UserError>(HasSubstr("r.db: is being written by another faultline; wait")));
  EXPECT_EQ(ResultStore::open(path()).row_count(), 1u);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(channel[0]);
  close(channel[1]);
  ResultStore::open_to_append(path()).append({source.row(1, 0)});
  EXPECT_EQ(files(), 1u);
}

/// Appends rows 0, 1, 2 ... in batches of 1 to 7 and says after each how many there are, until it is killed.
[[noreturn]] void append_forever(const std::string& path, const test::RandomRows& source, int said) {
  ResultStore store = ResultStore::open_to_append(path);
  for (uint64_t next = store.row_count();;) {
    std::vector<ExperimentRow> batch;
    for (uint64_t i = 0; i <= next % 7; ++i) {
      batch.push_back(source.row(next + i, 0));
    }
    store.append(batch);
    next += batch.size();
    if (write(said, &next, sizeof next) != sizeof next) {
      _exit(1);
    }
  }
}

TEST_F(ResultStoreTest, SurvivesBeingKilled) {
  { ResultStore::create(path(), description); }
  hw::CounterRandom random(seed, 7);
  uint64_t promised = 0;
  for (int round = 0; round < 12; ++round) {
    std::array<int, 2> channel{};
    ASSERT_EQ(pipe(channel.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
      close(channel[0]);
      append_forever(path(), source, channel[1]);
    }
    close(channel[1]);
    uint64_t count = 0;
    ASSERT_EQ(read(channel[0], &count, sizeof count), static_cast<ssize_t>(sizeof count));
    promised = count;
    std::this_thread::sleep_for(std::chrono::microseconds(random.uniform(60'000)));
    kill(child, SIGKILL);
    while (read(channel[0], &count, sizeof count) == static_cast<ssize_t>(sizeof count)) {
      promised = count;
    }
    close(channel[0]);
    waitpid(child, nullptr, 0);

    const ResultStore store = ResultStore::open(path());
    const uint64_t held = store.row_count();
    EXPECT_GE(held, promised);
    EXPECT_LE(held, promised + 7) << "at most the batch in progress";
    if (round % 4 == 3) {
      EXPECT_EQ(canonical(all_rows(store)), canonical(rows(held)));
    }
  }
  EXPECT_GT(promised, 100u);
}

TEST_F(ResultStoreTest, NamesWhatTheTablesHold) {
  ResultStore store = ResultStore::create(path(), description);
  ExperimentRow row = source.row(4, 2);
  row.faults = {{{1, 2 * 10 + 3 * 2 + 1}, 0x8000000000000001, hw::FaultModel::kStuckAt1, 10, 0, 0}};
  row.site = row.faults.front().site;
  row.layer = 0;
  row.judgement.outcome = Outcome::kCritical;
  row.judgement.sdc_5.reset();
  row.judgement.faulty_class = -1;
  row.tool_error.clear();
  row.extent = Extent::kLogits;
  row.masked_in = MaskedIn::kNowhere;
  ExperimentRow failed = source.row(5, 0);
  failed.faults = {{{2, 17}, 1, hw::FaultModel::kFlip, 10, 1, 0}};
  failed.site = failed.faults.front().site;
  failed.layer = kWholeRunLayer;
  failed.tool_error = "broken";
  store.append({row, failed});

  const SqliteDatabase database(path(), SqliteDatabase::Access::kRead);
  SqliteStatement results(database,
                          "SELECT site, structure, mask, model, layer, outcome, extent, masked_in IS NULL, "
                          "sdc_5 IS NULL, faulty_class IS NULL FROM results ORDER BY experiment");
  ASSERT_TRUE(results.step());
  EXPECT_EQ(results.text(0), "block.pe[2][3].lane[1].sum");
  EXPECT_EQ(results.text(1), "block.pe[*][*].lane[*].sum");
  EXPECT_EQ(results.text(2), "0x8000000000000001");
  EXPECT_EQ(results.text(3), "stuck_at_1");
  EXPECT_EQ(results.text(4), "conv 'one'");
  EXPECT_EQ(results.text(5), "critical");
  EXPECT_EQ(results.text(6), "logits");
  EXPECT_EQ(results.integer(7), 1);
  EXPECT_EQ(results.integer(8), 1);
  EXPECT_EQ(results.integer(9), 1);
  ASSERT_TRUE(results.step());
  EXPECT_EQ(results.text(0), "block.100%'s[17]");
  EXPECT_EQ(results.text(4), "(whole run)");
  EXPECT_TRUE(results.is_null(5)) << "a row that failed has no outcome";
  EXPECT_FALSE(results.step());
}

TEST_F(ResultStoreTest, RefusesADescriptionThatCannotBe) {
  description.shards = {{0, 0}};
  EXPECT_THAT([&] { ResultStore::create(path("shard.db"), description); },
              ThrowsMessage<UserError>(HasSubstr("it is shard 0 of 0")));
}

TEST_F(ResultStoreTest, RefusesWhatIsNoStore) {
  const auto open_fails = [&](const std::string& file, const std::string& message) {
    EXPECT_THAT([&] { ResultStore::open(file); }, ThrowsMessage<UserError>(HasSubstr(message)));
    EXPECT_THAT([&] { ResultStore::open_to_append(file); }, ThrowsMessage<UserError>(HasSubstr(message)));
  };
  open_fails(path("none.db"), "none.db: does not exist");
  open_fails(folder.path().string(), "is no file");
  open_fails(folder.write("text.db", "experiment,image\n" + std::string(5000, 'x')), "text.db: is no result store");
  open_fails(folder.write("empty.db", ""), "empty.db: is no result store");
  {
    const SqliteDatabase other(path("other.db"), SqliteDatabase::Access::kCreate);
    other.execute("CREATE TABLE t (x); PRAGMA application_id = 5");
  }
  open_fails(path("other.db"), "other.db: is no result store");
  { ResultStore::create(path(), description).append(rows(500)); }
  EXPECT_THAT([&] { ResultStore::create(path(), description); },
              ThrowsMessage<UserError>(HasSubstr("r.db: exists; finish it with --resume or choose another name")));
  const std::string whole = test::read_file(path());
  open_fails(folder.write("half.db", whole.substr(0, whole.size() / 2)), "half.db: is damaged or cut short");
  {
    const SqliteDatabase future(path(), SqliteDatabase::Access::kWrite);
    future.execute("PRAGMA user_version = 2");
  }
  open_fails(path(), "r.db: has format 2, this faultline knows 1");
  EXPECT_THAT([&] { ResultStore::create("/proc/r.db", description); },
              ThrowsMessage<UserError>(HasSubstr("/proc/r.db: cannot be written")));
  EXPECT_THAT([&] { ResultStore::create(path("no/r.db"), description); },
              ThrowsMessage<UserError>(HasSubstr("r.db: cannot be written")));
}

/// Bytes that turned over: reading gives rows that can be used, or a UserError, never anything else.
TEST_F(ResultStoreTest, DamagedFilesAreNoticedOrHarmless) {
  { ResultStore::create(path(), description).append(rows(300)); }
  const std::string whole = test::read_file(path());
  hw::CounterRandom random(seed, 8);
  int noticed = 0;
  for (int round = 0; round < 150; ++round) {
    std::string damaged = whole;
    for (uint64_t i = 0; i <= random.uniform(20); ++i) {
      damaged[random.uniform(damaged.size())] = static_cast<char>(random.uniform(256));
    }
    const std::string file = folder.write("damaged.db", damaged);
    try {
      const ResultStore store = ResultStore::open(file);
      store.for_each([&](const ExperimentRow& row) {
        site_path(store.description(), row.site);
        layer_name(store.description(), row.layer);
        to_string(row.judgement.outcome);
      });
    } catch (const UserError& error) {
      EXPECT_THAT(error.what(), HasSubstr("damaged.db: "));
      ++noticed;
    }
    for (const char* beside : {"damaged.db-wal", "damaged.db-shm", "damaged.db-journal"}) {
      fs::remove(path(beside));
    }
  }
  EXPECT_GT(noticed, 0);
}

}  // namespace
}  // namespace faultline::campaign
