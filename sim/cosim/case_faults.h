#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "sim/inject/fault_list.h"

namespace faultline::cosim {

/// The faults of the cases that have any: those of a fault list, or random ones.
class CaseFaults {
 public:
  /// `fields` are those that faults may strike; `count` is the number of random cases, of one to three faults each,
  /// where `list` (a file) is empty. Throws UserError for a list that cannot be read or strikes another field.
  CaseFaults(const hw::StateTable& table, std::vector<size_t> fields, uint64_t count, const std::string& list,
             uint64_t seed);

  uint64_t count() const { return listed_ ? listed_->size() : count_; }
  /// Case `index` < count(), of a run of `cycles` cycles.
  std::vector<hw::Fault> at(uint64_t index, uint64_t cycles) const;

 private:
  const hw::StateTable& table_;
  std::vector<size_t> fields_;
  uint64_t count_;
  uint64_t seed_;
  std::unique_ptr<inject::FaultListExperiments> listed_;
};

}  // namespace faultline::cosim
