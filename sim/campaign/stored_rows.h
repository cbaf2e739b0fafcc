#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/campaign/campaign_description.h"
#include "sim/campaign/experiment_row.h"
#include "sim/campaign/result_store.h"
#include "sim/campaign/sqlite_database.h"

namespace faultline::campaign {

/// Writes rows into the tables of a result store. `database` must outlive it.
class RowInserter {
 public:
  explicit RowInserter(const SqliteDatabase& database);

  /// Adds rows, inside a transaction of the caller's; fastest in ascending order of their keys. Throws std::logic_error
  /// when a key is there already, and when an experiment is there with other faults, stratum or weight.
  void insert(const std::vector<const ExperimentRow*>& rows);

 private:
  /// One table's insertion of many rows, and of one.
  struct Insertion {
    SqliteStatement many;
    SqliteStatement one;
  };
  using Rows = const ExperimentRow* const*;

  void insert_in_parts(Insertion& insertion, const std::vector<const ExperimentRow*>& rows,
                       void (RowInserter::*insert_part)(SqliteStatement&, Rows, Rows));
  void insert_experiments(SqliteStatement& statement, Rows begin, Rows end);
  void insert_runs(SqliteStatement& statement, Rows begin, Rows end);
  void check_known(const ExperimentRow& row);

  const SqliteDatabase& database_;
  Insertion experiments_;
  Insertion runs_;
  SqliteStatement known_;  ///< reads an experiment
};

/// Reads the rows of a result store one by one by (experiment, image), ascending, as they were when the first was read.
/// `database` and `description` must outlive it.
class RowCursor : public RowReading {
 public:
  /// Every row, or those of one experiment.
  RowCursor(const SqliteDatabase& database, const CampaignDescription& description,
            std::optional<uint64_t> experiment = {});

  bool next(ExperimentRow& row) override;

 private:
  void read_experiment();
  bool site_exists(const hw::Site& site) const;
  void check(const ExperimentRow& row) const;

  const SqliteDatabase& database_;
  const CampaignDescription& description_;
  std::vector<size_t> elements_;  ///< of each field
  /// Open from the first row to the last, and with it the state of the database that both statements see.
  SqliteStatement runs_;
  SqliteStatement experiments_;
  std::optional<ExperimentRow> experiment_;  ///< what all rows of the experiment that was read last share
  bool sound_faults_ = true;                 ///< of it
};

}  // namespace faultline::campaign
