#include "sim/campaign/result_store.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <tuple>

#include <fmt/format.h>

#include "sim/campaign/append_lock.h"
#include "sim/campaign/canonical_row.h"
#include "sim/campaign/pending_file.h"
#include "sim/campaign/result_store_schema.h"
#include "sim/campaign/sqlite_database.h"
#include "sim/campaign/stored_rows.h"
#include "sim/config/user_error.h"
#include "sim/model/sha256.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;

constexpr const char* kMemory = ":memory:";

std::string text_of(const CampaignDescription& description) {
  return to_json(description).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void write_schema(const SqliteDatabase& database, const CampaignDescription& description) {
  SqliteTransaction transaction(database);
  database.execute(schema_sql(description));
  SqliteStatement insertion(database, "INSERT INTO campaign VALUES (?)");
  const std::string text = text_of(description);
  insertion.bind(text);
  insertion.execute();
  transaction.commit();
}

/// Throws UserError unless this is a result store of the format that this program knows.
void check_format(const SqliteDatabase& database) {
  if (database.query_integer("PRAGMA application_id") != kStoreApplication) {
    throw UserError(database.path(), 0, "is no result store",
                    "give a file that `faultline campaign --out` has written");
  }
  const int64_t format = database.query_integer("PRAGMA user_version");
  if (format != kStoreFormat) {
    throw UserError(database.path(), 0, fmt::format("has format {}, this faultline knows {}", format, kStoreFormat),
                    "read it with the faultline that wrote it");
  }
}

CampaignDescription read_description(const SqliteDatabase& database) {
  check_format(database);
  SqliteStatement selection(database, "SELECT description FROM campaign");
  if (!selection.step()) {
    database.fail_damaged("it has no description");
  }
  try {
    CampaignDescription description = description_from_json(ordered_json::parse(selection.text(0)));
    for (const Shard& shard : description.shards) {
      if (shard.index < 1 || shard.index > shard.of) {
        database.fail_damaged(fmt::format("it is shard {} of {}", shard.index, shard.of));
      }
    }
    return description;
  } catch (const nlohmann::json::exception& error) {
    database.fail_damaged(error.what());
  }
}

void require_file(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    throw UserError(path, 0, "does not exist", "give a result store that `faultline campaign --out` has written");
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    throw UserError(path, 0, "is no file", "give a result store that `faultline campaign --out` has written");
  }
}

/// The cache holds what a campaign adds to at a time, so that no page is written twice for one batch of rows.
void use_write_ahead_log(const SqliteDatabase& database) {
  database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536");
}

}  // namespace

struct ResultStore::Implementation {
  /// The campaign's description is in the database.
  Implementation(const std::string& path, SqliteDatabase::Access access)
      : database(path, access), description(read_description(database)) {}
  /// A store in memory.
  explicit Implementation(const CampaignDescription& described)
      : database(kMemory, SqliteDatabase::Access::kCreate), description(described) {
    write_schema(database, description);
  }

  std::optional<AppendLock> lock;  ///< while the store may be added to
  SqliteDatabase database;
  CampaignDescription description;
  std::optional<RowInserter> inserter;  ///< made by the first append()
};

ResultStore::ResultStore(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
ResultStore::ResultStore(ResultStore&&) noexcept = default;
ResultStore& ResultStore::operator=(ResultStore&&) noexcept = default;
ResultStore::~ResultStore() = default;

ResultStore ResultStore::create(const std::string& path, const CampaignDescription& description) {
  constexpr const char* kRight = "finish it with --resume or choose another name";
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    throw UserError(path, 0, "exists", kRight);
  }
  PendingFile file(path);
  try {
    const SqliteDatabase database(file.temporary(), SqliteDatabase::Access::kCreate);
    database.execute("PRAGMA journal_mode = OFF");  // nobody will want this file if it is not finished
    write_schema(database, description);
  } catch (const UserError&) {
    throw UserError(path, 0, "cannot be written", "give a path in a folder that you may write, with room on its disk");
  }
  file.publish_new(kRight);
  return open_to_append(path);
}

ResultStore ResultStore::in_memory(const CampaignDescription& description) {
  return ResultStore(std::make_unique<Implementation>(description));
}

ResultStore ResultStore::open(const std::string& path) {
  require_file(path);
  return ResultStore(std::make_unique<Implementation>(path, SqliteDatabase::Access::kRead));
}

ResultStore ResultStore::open_to_append(const std::string& path) {
  require_file(path);
  auto implementation = std::make_unique<Implementation>(path, SqliteDatabase::Access::kWrite);
  implementation->lock.emplace(path);
  use_write_ahead_log(implementation->database);
  return ResultStore(std::move(implementation));
}

const std::string& ResultStore::path() const {
  return implementation_->database.path();
}

const CampaignDescription& ResultStore::description() const {
  return implementation_->description;
}

void ResultStore::append(const std::vector<ExperimentRow>& rows) {
  append_batches({rows});
}

void ResultStore::append_batches(const std::vector<std::vector<ExperimentRow>>& batches) {
  Implementation& store = *implementation_;
  SqliteTransaction transaction(store.database);
  if (!store.inserter) {
    store.inserter.emplace(store.database);
  }
  std::vector<const ExperimentRow*> ordered;
  for (const std::vector<ExperimentRow>& rows : batches) {
    for (const ExperimentRow& row : rows) {
      ordered.push_back(&row);
    }
  }
  std::sort(ordered.begin(), ordered.end(), [](const ExperimentRow* a, const ExperimentRow* b) {
    return std::tie(a->number, a->image) < std::tie(b->number, b->image);
  });
  store.inserter->insert(ordered);
  transaction.commit();
}

void ResultStore::finish(uint64_t experiments) {
  Implementation& store = *implementation_;
  store.description.finished = experiments;
  SqliteStatement update(store.database, "UPDATE campaign SET description = ?");
  const std::string text = text_of(store.description);
  update.bind(text);
  update.execute();
}

uint64_t ResultStore::row_count() const {
  return static_cast<uint64_t>(implementation_->database.query_integer("SELECT count(*) FROM run"));
}

std::vector<ResultStore::Key> ResultStore::keys(uint64_t first, uint64_t end) const {
  SqliteStatement selection(
      implementation_->database,
      "SELECT experiment, image FROM run WHERE experiment >= ? AND experiment < ? ORDER BY experiment, image");
  selection.bind(first, end);
  std::vector<Key> keys;
  while (selection.step()) {
    keys.emplace_back(static_cast<uint64_t>(selection.integer(0)), static_cast<size_t>(selection.integer(1)));
  }
  return keys;
}

void ResultStore::for_each(const std::function<void(const ExperimentRow&)>& use) const {
  RowCursor cursor(implementation_->database, implementation_->description);
  ExperimentRow row;
  while (cursor.next(row)) {
    use(row);
  }
}

std::unique_ptr<RowReading> ResultStore::rows() const {
  return std::make_unique<RowCursor>(implementation_->database, implementation_->description);
}

std::vector<ExperimentRow> ResultStore::experiment(uint64_t number) const {
  RowCursor cursor(implementation_->database, implementation_->description, number);
  std::vector<ExperimentRow> rows;
  ExperimentRow row;
  while (cursor.next(row)) {
    rows.push_back(row);
  }
  return rows;
}

std::string ResultStore::rows_sha256() const {
  model::Sha256 hash;
  std::string bytes;
  std::optional<uint64_t> number;
  std::string faults;  // the same in all rows of an experiment
  for_each([&](const ExperimentRow& row) {
    if (row.number != number) {
      number = row.number;
      faults = canonical_faults(row.faults);
    }
    bytes.clear();
    append_canonical(row, faults, bytes);
    hash.update(bytes.data(), bytes.size());
  });
  return hash.finish();
}

}  // namespace faultline::campaign
