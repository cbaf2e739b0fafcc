#pragma once

#include <string>
#include <vector>

namespace faultline::campaign {

/// Joins the result stores `inputs` (at least one), shards of one campaign, into the new store `output`, whose rows are
/// those that one run would have given. Throws UserError, and leaves nothing behind, when `output` exists, an input is
/// no store, the campaigns differ, or two inputs hold the same experiment.
void merge_stores(const std::string& output, const std::vector<std::string>& inputs);

}  // namespace faultline::campaign
