#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/inject/fault_list.h"

namespace faultline::inject {

/// The columns (CSV) and keys (JSON Lines) of a fault list: path, mask, model, start, duration, period, experiment.
/// path, mask and model must be given.
const std::vector<std::string>& fault_list_columns();

/// Makes an entry of the texts of its fields; `value_of` gives the text of a column, or nothing where it is not given.
/// Throws UserError at `place`.
FaultListEntry make_entry(const std::function<std::optional<std::string>(const std::string& column)>& value_of,
                          const TextPlace& place);

}  // namespace faultline::inject
