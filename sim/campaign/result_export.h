#pragma once

#include <string>

#include "sim/campaign/result_store.h"

namespace faultline::campaign {

/// Writes every row of a store, one line per experiment and image, ascending. docs/result-store.md lists the columns.
/// Both throw UserError when `path` cannot be written or is the store itself; "-" is stdout.

/// Comma-separated values after a header line (RFC 4180, lines end in a line feed). What does not apply is empty.
void export_csv(const ResultStore& store, const std::string& path);

/// One JSON object a line, with the columns of the CSV as keys; what does not apply is null. Experiments of several
/// faults have them all under `all_faults`.
void export_json_lines(const ResultStore& store, const std::string& path);

}  // namespace faultline::campaign
