#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "hw/fault/fault.h"

namespace faultline::hw {

/// True for the same bits of the same site, in the same way and at the same time.
inline bool same_fault(const Fault& a, const Fault& b) {
  return a.site == b.site && a.mask == b.mask && a.model == b.model && a.start == b.start && a.duration == b.duration &&
         a.period == b.period;
}

/// The faults of one experiment. Copies share them, so that the rows of a map of many thousand cost no more than those
/// of one fault.
class Faults {
 public:
  Faults() = default;
  Faults(std::vector<Fault> faults) {  // NOLINT(google-explicit-constructor): a list is what it stands for
    if (!faults.empty()) {
      shared_ = std::make_shared<const Shared>(std::move(faults));
    }
  }
  Faults(std::initializer_list<Fault> faults) : Faults(std::vector<Fault>(faults)) {}

  const std::vector<Fault>& list() const {
    static const std::vector<Fault> kNone;
    return shared_ == nullptr ? kNone : shared_->faults;
  }
  operator const std::vector<Fault>&() const { return list(); }  // NOLINT(google-explicit-constructor): likewise
  size_t size() const { return list().size(); }
  bool empty() const { return shared_ == nullptr; }
  const Fault& front() const { return list().front(); }
  auto begin() const { return list().begin(); }
  auto end() const { return list().end(); }

  /// The fault whose first window opens first; the first of them. There must be one.
  const Fault& first_to_act() const { return shared_->faults[shared_->first_to_act]; }

  /// The same faults in the same order; copies cost no comparison.
  bool operator==(const Faults& other) const {
    return shared_ == other.shared_ || std::equal(begin(), end(), other.begin(), other.end(), same_fault);
  }

 private:
  struct Shared {
    explicit Shared(std::vector<Fault> list) : faults(std::move(list)) {
      const auto earlier = [](const Fault& a, const Fault& b) { return a.start < b.start; };
      first_to_act = static_cast<size_t>(std::min_element(faults.begin(), faults.end(), earlier) - faults.begin());
    }
    std::vector<Fault> faults;
    size_t first_to_act;
  };

  std::shared_ptr<const Shared> shared_;  ///< nothing when there are none
};

}  // namespace faultline::hw
