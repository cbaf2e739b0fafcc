#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

namespace faultline::campaign {

/// A row that breaks a key or a check of its table.
class ConstraintViolation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A connection to a SQLite database. Whatever is wrong with the file (missing, locked, damaged, no database, no room)
/// throws UserError naming it. For one thread, and not for use in a fork()'s child.
class SqliteDatabase {
 public:
  enum class Access { kRead, kWrite, kCreate };

  /// ":memory:" is a database that is forgotten with the object. kRead needs neither a writable file nor folder.
  SqliteDatabase(const std::string& path, Access access);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  /// Runs statements that give no rows, or whose rows do not matter.
  void execute(const std::string& sql) const;
  /// The only value of a query of one row.
  int64_t query_integer(const std::string& sql) const;

  /// Rows that the last INSERT added.
  int64_t changes() const;

  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_.get(); }
  /// Throws what stands for a result code of SQLite's.
  [[noreturn]] void fail(int code) const;
  /// Throws UserError: the file's content makes no sense. `detail` says which.
  [[noreturn]] void fail_damaged(const std::string& detail) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  int open(const std::string& name, int flags);

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A prepared statement. `database` must outlive it.
class SqliteStatement {
 public:
  SqliteStatement(const SqliteDatabase& database, const std::string& sql);

  /// Binds values to the parameters in order; unsigned 64-bit numbers keep their bits. Texts must live until reset().
  template <typename... Values>
  void bind(const Values&... values) {
    bind_after(0, values...);
  }
  /// As bind(), to the parameters after the first `bound`; the number of parameters that are bound then.
  template <typename... Values>
  int bind_after(int bound, const Values&... values) {
    (bind_one(++bound, values), ...);
    return bound;
  }
  /// Runs to the next row; false: there is none.
  bool step();
  /// Back to before the first row.
  void reset();
  /// Runs a statement without rows, once.
  void execute() {
    step();
    reset();
  }

  int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  template <typename Value>
  void bind_one(int parameter, const Value& value) {
    if constexpr (std::is_floating_point_v<Value>) {
      bind_real(parameter, value);
    } else if constexpr (std::is_enum_v<Value> || std::is_integral_v<Value>) {
      bind_integer(parameter, static_cast<int64_t>(value));
    } else {
      bind_text(parameter, value);
    }
  }
  template <typename Value>
  void bind_one(int parameter, const std::optional<Value>& value) {
    if (value) {
      bind_one(parameter, *value);
    } else {
      bind_null(parameter);
    }
  }
  void bind_integer(int parameter, int64_t value);
  void bind_real(int parameter, double value);
  void bind_text(int parameter, const std::string& value);
  void bind_null(int parameter);
  void check(int code) const;

  const SqliteDatabase& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A writing transaction that is undone unless committed.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(const SqliteDatabase& database);
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;

  void commit();

 private:
  const SqliteDatabase& database_;
  bool open_ = true;
};

}  // namespace faultline::campaign
