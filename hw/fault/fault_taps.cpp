#include "hw/fault/fault_taps.h"

#include <algorithm>

namespace faultline::hw {
namespace {

uint64_t force(const Fault& fault, uint64_t value) {
  return fault.model == FaultModel::kStuckAt1 ? value | fault.mask : value & ~fault.mask;
}

}  // namespace

void FaultTaps::arm(const Fault& fault) {
  const bool wire = table_->fields()[fault.site.field].kind == StateKind::kWire;
  (wire ? wires_ : registers_).push_back(fault);
}

void FaultTaps::disarm() {
  registers_.clear();
  wires_.clear();
  hits_ = 0;
}

bool FaultTaps::pending(uint64_t cycle) const {
  const auto open = [cycle](const Fault& fault) { return !fault.over(cycle); };
  return std::any_of(registers_.begin(), registers_.end(), open) || std::any_of(wires_.begin(), wires_.end(), open);
}

int FaultTaps::apply_registers(uint64_t cycle) {
  int applied = 0;
  for (const Fault& fault : registers_) {
    if (fault.model == FaultModel::kFlip && fault.opens(cycle)) {
      table_->poke(fault.site, table_->peek(fault.site) ^ fault.mask);
      ++applied;
    }
  }
  for (const Fault& fault : registers_) {
    if (fault.model != FaultModel::kFlip && fault.active(cycle)) {
      table_->poke(fault.site, force(fault, table_->peek(fault.site)));
      ++applied;
    }
  }
  hits_ += static_cast<uint64_t>(applied);
  return applied;
}

uint64_t FaultTaps::apply_wire(Site site, uint64_t value, uint64_t cycle) const {
  for (const Fault& fault : wires_) {
    if (fault.site == site && fault.model == FaultModel::kFlip && fault.active(cycle)) {
      value ^= fault.mask;
    }
  }
  for (const Fault& fault : wires_) {
    if (fault.site == site && fault.model != FaultModel::kFlip && fault.active(cycle)) {
      value = force(fault, value);
    }
  }
  return value;
}

}  // namespace faultline::hw
