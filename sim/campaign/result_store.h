#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/campaign/campaign_description.h"
#include "sim/campaign/experiment_row.h"

namespace faultline::campaign {

/// Reads the rows of a store one by one.
class RowReading {
 public:
  virtual ~RowReading() = default;
  /// The next row; false: there is none, and `row` is unchanged. Throws UserError when the file is damaged.
  virtual bool next(ExperimentRow& row) = 0;
};

/// The result of a campaign in one SQLite file: its description and one row per experiment and image.
///
/// Rows are written in batches, each one transaction under write-ahead logging: killing the program at any moment loses
/// nothing that append() has returned from. Everything that is wrong with a file throws UserError naming it.
class ResultStore {
 public:
  /// What has been done: an experiment and one of its images.
  using Key = std::pair<uint64_t, size_t>;

  /// A new store. Throws UserError when the file exists or cannot be written.
  static ResultStore create(const std::string& path, const CampaignDescription& description);
  /// A store that is forgotten with the object.
  static ResultStore in_memory(const CampaignDescription& description);
  /// An existing store, to read. Throws UserError when it is missing, truncated, no store, or of another format.
  static ResultStore open(const std::string& path);
  /// An existing store, to add to. One process at a time.
  static ResultStore open_to_append(const std::string& path);

  ResultStore(ResultStore&&) noexcept;
  ResultStore& operator=(ResultStore&&) noexcept;
  ~ResultStore();

  const std::string& path() const;
  const CampaignDescription& description() const;

  /// Adds rows in one transaction; either all are stored or none. A key that is there already throws std::logic_error.
  /// An experiment's faults are stored with its first rows; those that come later need not have them.
  void append(const std::vector<ExperimentRow>& rows);
  /// As append(), all batches in one transaction.
  void append_batches(const std::vector<std::vector<ExperimentRow>>& batches);

  /// Notes that the campaign has finished and consists of so many experiments: its description says so from now on.
  void finish(uint64_t experiments);

  uint64_t row_count() const;
  /// The keys of experiments [first, end), ascending.
  std::vector<Key> keys(uint64_t first, uint64_t end) const;
  /// Every row by (experiment, image), ascending. A million take a second or two.
  void for_each(const std::function<void(const ExperimentRow&)>& use) const;
  /// Every row, ascending, for whoever reads several stores at once. The store must outlive it.
  std::unique_ptr<RowReading> rows() const;
  /// The rows of one experiment by image; empty when it is not there.
  std::vector<ExperimentRow> experiment(uint64_t number) const;
  /// SHA-256 over all rows in ascending order: equal rows give equal digests, however they were produced.
  std::string rows_sha256() const;

 private:
  struct Implementation;
  explicit ResultStore(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultline::campaign
