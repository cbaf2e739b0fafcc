#include "sim/campaign/sqlite_database.h"

#include <filesystem>
#include <new>
#include <system_error>

#include <fmt/format.h>
#include <sqlite3.h>

#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

/// How long to wait for another process's short lock.
constexpr int kBusyMilliseconds = 10'000;

/// The path as a URI that promises SQLite that nobody writes the file.
std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char letter : path) {
    const bool reserved = letter == '%' || letter == '?' || letter == '#';
    uri += reserved ? fmt::format("%{:02X}", static_cast<unsigned char>(letter)) : std::string(1, letter);
  }
  return uri + "?immutable=1";
}

bool has_write_ahead_log(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path + "-wal", ignored);
}

}  // namespace

void SqliteDatabase::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

int SqliteDatabase::open(const std::string& name, int flags) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(opened);
  if (code != SQLITE_OK) {
    return code;
  }
  sqlite3_extended_result_codes(opened, 1);
  sqlite3_busy_timeout(opened, kBusyMilliseconds);
  // The first read opens the file, recovers what a killed writer left, and takes the memory that readers share.
  return sqlite3_exec(opened, "PRAGMA schema_version", nullptr, nullptr, nullptr);
}

SqliteDatabase::SqliteDatabase(const std::string& path, Access access) : path_(path) {
  const int create = access == Access::kCreate ? SQLITE_OPEN_CREATE : 0;
  int code = open(path, SQLITE_OPEN_READWRITE | create);
  // A database with a write-ahead log wants to write beside itself even to be read; where that cannot be, nobody else
  // writes either.
  const int kind = code & 0xff;
  if (access == Access::kRead && (kind == SQLITE_CANTOPEN || kind == SQLITE_READONLY) && !has_write_ahead_log(path)) {
    code = open(immutable_uri(path), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
  }
  if (code != SQLITE_OK) {
    fail(code);
  }
  if (access == Access::kRead) {
    execute("PRAGMA query_only = 1");
  } else if (sqlite3_db_readonly(handle(), "main") == 1) {
    fail(SQLITE_READONLY);  // a file that may only be read is opened all the same
  }
}

void SqliteDatabase::execute(const std::string& sql) const {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    fail(code);
  }
}

int64_t SqliteDatabase::query_integer(const std::string& sql) const {
  SqliteStatement statement(*this, sql);
  if (!statement.step()) {
    fail_damaged("a value is missing");
  }
  return statement.integer(0);
}

int64_t SqliteDatabase::changes() const {
  return sqlite3_changes64(handle());
}

void SqliteDatabase::fail(int code) const {
  const std::string message = handle_ != nullptr ? sqlite3_errmsg(handle()) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      throw ConstraintViolation(path_ + ": " + message);
    case SQLITE_NOTADB:
      throw UserError(path_, 0, "is no result store", "give a file that `faultline campaign --out` has written");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw UserError(path_, 0, "is being written by another program", "try again when that has ended");
    case SQLITE_CANTOPEN:
      throw UserError(path_, 0, "cannot be opened", "give a result store in a folder that you may read and write");
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      throw UserError(path_, 0, "cannot be written", "give a file that you may write, in a folder that you may write");
    case SQLITE_FULL:
      throw UserError(path_, 0, "cannot be written: the disk is full", "make room and go on");
    case SQLITE_IOERR:
      throw UserError(path_, 0, fmt::format("cannot be read or written ({})", message), "check the disk");
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    case SQLITE_MISUSE:
      throw std::logic_error(message);
    default:
      fail_damaged(message);
  }
}

void SqliteDatabase::fail_damaged(const std::string& detail) const {
  throw UserError(path_, 0, fmt::format("is damaged or cut short ({})", detail), "take a copy that is whole");
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

SqliteStatement::SqliteStatement(const SqliteDatabase& database, const std::string& sql) : database_(database) {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &prepared, nullptr);
  statement_.reset(prepared);
  check(code);
}

void SqliteStatement::check(int code) const {
  if (code != SQLITE_OK) {
    database_.fail(code);
  }
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code != SQLITE_DONE) {
    database_.fail(code);
  }
  return false;
}

void SqliteStatement::reset() {
  sqlite3_reset(statement_.get());
}

void SqliteStatement::bind_integer(int parameter, int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), parameter, value));
}
void SqliteStatement::bind_real(int parameter, double value) {
  check(sqlite3_bind_double(statement_.get(), parameter, value));
}
void SqliteStatement::bind_text(int parameter, const std::string& value) {
  check(sqlite3_bind_text64(statement_.get(), parameter, value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8));
}
void SqliteStatement::bind_null(int parameter) {
  check(sqlite3_bind_null(statement_.get(), parameter));
}

int64_t SqliteStatement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}
double SqliteStatement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}
std::string SqliteStatement::text(int column) const {
  const auto* letters = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  return letters == nullptr ? std::string()
                            : std::string(letters, static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column)));
}
bool SqliteStatement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

SqliteTransaction::SqliteTransaction(const SqliteDatabase& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

SqliteTransaction::~SqliteTransaction() {
  if (open_) {
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void SqliteTransaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace faultline::campaign
