#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "sim/inject/experiment_source.h"
#include "sim/inject/site_path.h"

namespace faultline::inject {

/// One line of a fault list.
struct FaultListEntry {
  std::string path;  ///< a path or pattern (site_path.h)
  uint64_t mask = 0;
  hw::FaultModel model = hw::FaultModel::kFlip;
  uint64_t start = 0;      ///< cycle
  uint64_t duration = 1;   ///< cycles; 0: to the end of the run
  uint64_t period = 0;     ///< cycles; 0: once
  std::string experiment;  ///< entries with the same text form one experiment; empty: one experiment per matching site
  int line = 0;            ///< where it stood, for messages; not part of the list

  bool operator==(const FaultListEntry& other) const;
};

struct FaultList {
  std::string file;
  std::vector<FaultListEntry> entries;
};

/// A text form of fault lists. A file of this folder defines it and registers it with a file-scope object:
///
///   const FaultListFormatRegistration kRegistration{{".csv", read, write}};
struct FaultListFormat {
  std::string extension;  ///< with the dot; unique
  /// `file` is the name for messages. Throws UserError with the line.
  std::function<std::vector<FaultListEntry>(std::istream& in, const std::string& file)> read;
  std::function<void(const std::vector<FaultListEntry>& entries, std::ostream& out)> write;
};

/// All registered forms.
std::vector<FaultListFormat>& fault_list_formats();

struct FaultListFormatRegistration {
  explicit FaultListFormatRegistration(FaultListFormat format) { fault_list_formats().push_back(std::move(format)); }
};

/// Reads a list in the form that its extension names. Throws UserError.
FaultList read_fault_list(const std::string& path);
/// Writes a list in the form that the extension of `path` names to the file `temporary`, which will get that name.
/// Throws UserError, about `path`, when it cannot be written.
void write_fault_list(const std::vector<FaultListEntry>& entries, const std::string& path,
                      const std::string& temporary);

/// The entries that stand for one experiment, named `experiment`: one per fault, in full.
std::vector<FaultListEntry> to_entries(const hw::StateTable& table, const std::vector<hw::Fault>& faults,
                                       const std::string& experiment);

/// The experiments of a list, in the order of the file, each on every image.
///
/// An entry without experiment gives one experiment per matching site; entries with the same experiment are one
/// experiment, with every site that each of them matches.
class FaultListExperiments : public ExperimentSource {
 public:
  /// Checks every entry against the table and a run of `run_cycles` cycles. Throws UserError with file and line for an
  /// unknown path, a mask of 0 or outside the width, and a window that starts after the run.
  FaultListExperiments(const FaultList& list, const hw::StateTable& table, uint64_t run_cycles, size_t images);

  uint64_t size() const override { return experiments_; }
  Experiment at(uint64_t number) const override;
  size_t images_per_experiment() const override { return images_; }
  std::vector<size_t> images_of(uint64_t number) const override;
  nlohmann::ordered_json population() const override;

 private:
  /// One entry with the sites it names.
  struct Row {
    hw::Fault fault;  ///< but for the site
    std::vector<SiteSet> sites;
    uint64_t site_count = 0;
  };
  struct Group {
    uint64_t first = 0;  ///< number of its first experiment, not counting images
    bool one_experiment = false;
    std::vector<Row> rows;
  };

  Row make_row(const FaultListEntry& entry, const std::string& file, const hw::StateTable& table,
               uint64_t run_cycles) const;

  std::vector<Group> groups_;
  std::string file_;
  uint64_t experiments_ = 0;
  size_t images_;
};

}  // namespace faultline::inject
