#pragma once

#include <optional>
#include <vector>

#include "sim/inject/site_path.h"

namespace faultline::inject {

/// The elements that both sets hold, if any. Sets of different fields have none in common.
std::optional<SiteSet> intersection(const SiteSet& a, const SiteSet& b);

/// The elements of `whole` that are not in `part`, a set of elements of `whole`, as disjoint sets.
std::vector<SiteSet> difference(const SiteSet& whole, const SiteSet& part);

}  // namespace faultline::inject
