#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/campaign/experiment_row.h"

namespace faultline::campaign {

/// A yes-no question asked of every row that has an outcome: each has a rate with an interval, in the whole campaign
/// and in every group. A file defines one or several and registers them with file-scope objects:
///
///   const MetricRegistration kRegistration{{10, "critical", "critical", "...", [](const ExperimentRow& row) { ... }}};
///
/// docs/fault-model.md lists them.
struct Metric {
  int order = 0;           ///< place in reports
  std::string name;        ///< key in JSON and in experiment files: "sdc"
  std::string title;       ///< for people: "SDC"
  std::string definition;  ///< one sentence, with its source
  std::function<bool(const ExperimentRow& row)> holds;
  /// Rows it is asked of; empty: every row with an outcome.
  std::function<bool(const ExperimentRow& row)> applies = {};

  /// True for rows with an outcome that the question applies to.
  bool asked_of(const ExperimentRow& row) const { return row.tool_error.empty() && (!applies || applies(row)); }
};

/// All registered metrics by order.
const std::vector<Metric>& metrics();
/// Index in metrics() of a name. Throws UserError at `where`:`line` for an unknown one.
size_t metric_index(const std::string& name, const std::string& where, int line = 0);

struct MetricRegistration {
  explicit MetricRegistration(Metric metric);
};

}  // namespace faultline::campaign
