#include "sim/cosim/site_coverage.h"

#include <algorithm>

#include "sim/cosim/random_faults.h"

namespace faultline::cosim {

SiteCoverage site_coverage(const hw::StateTable& table, const std::vector<size_t>& fields, const std::string& reason) {
  SiteCoverage coverage;
  coverage.reason = reason;
  for (const size_t index : injectable_fields(table)) {
    const hw::StateField& field = table.fields()[index];
    coverage.bits += field.bit_count();
    if (std::find(fields.begin(), fields.end(), index) != fields.end()) {
      coverage.injectable += field.bit_count();
    } else {
      coverage.left_out.push_back(field.path);
    }
  }
  return coverage;
}

}  // namespace faultline::cosim
