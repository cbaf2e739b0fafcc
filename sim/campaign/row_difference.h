#pragma once

#include <string>
#include <vector>

#include "sim/campaign/experiment_row.h"

namespace faultline::campaign {

/// The names of the members in which two rows differ, by every bit of their canonical form; empty when they are equal.
std::vector<std::string> differing_members(const ExperimentRow& a, const ExperimentRow& b);

}  // namespace faultline::campaign
