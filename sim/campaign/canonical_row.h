#pragma once

#include <string>
#include <vector>

#include "sim/campaign/experiment_row.h"

namespace faultline::campaign {

/// Appends a row's canonical form: every member in the order of its declaration, numbers as 8 bytes least significant
/// first, reals as the bits of their binary64 (one pattern for all that are not a number), texts and lists after their
/// length, what may be absent after 0 or 1; in the place of more than 64 faults the SHA-256 of their list, as text. Two
/// rows have the same form only when they are equal.
void append_canonical(const ExperimentRow& row, std::string& bytes);
/// The same where canonical_faults(row.faults) is known, which is costly for maps of thousands of faults.
void append_canonical(const ExperimentRow& row, const std::string& faults, std::string& bytes);
std::string canonical_faults(const std::vector<hw::Fault>& faults);

}  // namespace faultline::campaign
