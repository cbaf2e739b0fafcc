#include "sim/campaign/metric.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::campaign {
namespace {

/// Registrations come from other files in any order, before main().
std::vector<Metric>& registry() {
  static std::vector<Metric> all;
  return all;
}

std::string all_names() {
  std::string names;
  for (const Metric& metric : metrics()) {
    names += (names.empty() ? "" : ", ") + metric.name;
  }
  return names;
}

}  // namespace

const std::vector<Metric>& metrics() {
  return registry();
}

size_t metric_index(const std::string& name, const std::string& where, int line) {
  const auto found = std::find_if(metrics().begin(), metrics().end(), [&](const Metric& m) { return m.name == name; });
  if (found == metrics().end()) {
    throw UserError(where, line, fmt::format("no metric '{}'", name), "use one of " + all_names());
  }
  return static_cast<size_t>(found - metrics().begin());
}

MetricRegistration::MetricRegistration(Metric metric) {
  std::vector<Metric>& all = registry();
  const auto place = std::upper_bound(all.begin(), all.end(), metric,
                                      [](const Metric& a, const Metric& b) { return a.order < b.order; });
  all.insert(place, std::move(metric));
}

}  // namespace faultline::campaign
