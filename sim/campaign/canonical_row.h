#pragma once

#include <string>

#include "sim/campaign/experiment_row.h"

namespace faultline::campaign {

/// Appends a row's canonical form: every member in the order of its declaration, numbers as 8 bytes least significant
/// first, reals as the bits of their binary64 (one pattern for all that are not a number), texts and lists after their
/// length, what may be absent after 0 or 1. Two rows have the same form only when they are equal.
void append_canonical(const ExperimentRow& row, std::string& bytes);

}  // namespace faultline::campaign
