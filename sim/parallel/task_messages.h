#pragma once

#include <string>
#include <vector>

#include "sim/campaign/experiment_row.h"
#include "sim/campaign/experiment_runner.h"

namespace faultline::parallel {

/// Tasks and rows as bytes, for processes of one build on machines of one kind.
std::string pack(const std::vector<campaign::Task>& tasks);
std::string pack(const std::vector<campaign::ExperimentRow>& rows);
std::vector<campaign::Task> unpack_tasks(const std::string& bytes);
std::vector<campaign::ExperimentRow> unpack_rows(const std::string& bytes);

}  // namespace faultline::parallel
