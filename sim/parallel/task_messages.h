#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sim/campaign/experiment_row.h"
#include "sim/inject/experiment_source.h"
#include "sim/parallel/lane.h"

namespace faultline::parallel {

/// What is sent to workers and back, as bytes, for processes of one build on machines of one kind.
std::string pack(const Share& share);
std::string pack(const std::vector<inject::PilotCount>& counts);
std::string pack(const campaign::RangeRuns& told);
std::string pack(const std::vector<campaign::ExperimentRow>& rows);
Share unpack_share(std::string_view bytes);
std::vector<inject::PilotCount> unpack_counts(std::string_view bytes);
campaign::RangeRuns unpack_told(std::string_view bytes);
std::vector<campaign::ExperimentRow> unpack_rows(std::string_view bytes);
/// How many rows a message holds, without unpacking it.
size_t count_rows(std::string_view bytes);

}  // namespace faultline::parallel
