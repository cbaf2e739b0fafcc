#include "sim/cosim/case_faults.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/cosim/random_faults.h"
#include "sim/cosim/random_stream.h"

namespace faultline::cosim {

CaseFaults::CaseFaults(const hw::StateTable& table, std::vector<size_t> fields, uint64_t count, const std::string& list,
                       uint64_t seed)
    : table_(table), fields_(std::move(fields)), count_(count), seed_(seed) {
  if (list.empty()) {
    return;
  }
  // Programs differ in length: a fault that opens after the end of one does nothing there.
  constexpr uint64_t kAnyCycle = std::numeric_limits<uint64_t>::max();
  listed_ = std::make_unique<inject::FaultListExperiments>(inject::read_fault_list(list), table, kAnyCycle, 1);
  for (uint64_t index = 0; index < listed_->size(); ++index) {
    for (const hw::Fault& fault : listed_->at(index).faults) {
      if (std::find(fields_.begin(), fields_.end(), fault.site.field) == fields_.end()) {
        throw UserError(list, 0,
                        fmt::format("strikes {}, which the map gives no name",
                                    hw::element_path(table.fields()[fault.site.field], fault.site.element)),
                        "name the wire in the map, or leave its faults out");
      }
    }
  }
}

std::vector<hw::Fault> CaseFaults::at(uint64_t index, uint64_t cycles) const {
  if (listed_) {
    return listed_->at(index).faults;
  }
  hw::CounterRandom random = random_stream(seed_, Stream::kFaults, index);
  const int count = 1 + static_cast<int>(random.uniform(3));
  return random_faults(table_, fields_, count, cycles, random);
}

}  // namespace faultline::cosim
