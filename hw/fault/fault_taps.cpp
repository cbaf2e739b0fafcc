#include "hw/fault/fault_taps.h"

#include <algorithm>
#include <cstring>

namespace faultline::hw {
namespace {

uint64_t force(const Fault& fault, uint64_t value) {
  return fault.model == FaultModel::kStuckAt1 ? value | fault.mask : value & ~fault.mask;
}

template <typename Stored>
void force_stored(FaultModel model, uint64_t mask, std::byte* place) {
  Stored value = 0;
  std::memcpy(&value, place, sizeof value);
  const auto bits = static_cast<Stored>(mask);
  value = static_cast<Stored>(model == FaultModel::kStuckAt1 ? value | bits : value & ~bits);
  std::memcpy(place, &value, sizeof value);
}

}  // namespace

FaultTaps::Hold FaultTaps::make_hold(const Fault& fault) const {
  const StateField& field = table_->fields()[fault.site.field];
  const bool with_sign = field.is_signed && ((fault.mask >> (field.bits - 1)) & 1) != 0;
  return {fault, field.byte_of(fault.site.element), static_cast<size_t>(field.element_bytes),
          with_sign ? fault.mask | ~field.value_mask() : fault.mask};
}

void FaultTaps::apply(const Hold& hold) {
  std::byte* place = table_->arena() + hold.offset;
  switch (hold.bytes) {
    case 1:
      return force_stored<uint8_t>(hold.fault.model, hold.mask, place);
    case 2:
      return force_stored<uint16_t>(hold.fault.model, hold.mask, place);
    case 4:
      return force_stored<uint32_t>(hold.fault.model, hold.mask, place);
    default:
      return force_stored<uint64_t>(hold.fault.model, hold.mask, place);
  }
}

void FaultTaps::arm(const Fault& fault) {
  if (table_->fields()[fault.site.field].kind == StateKind::kWire) {
    wires_.push_back(fault);
    return;
  }
  registers_.push_back(fault);
  if (fault.model == FaultModel::kFlip) {
    flips_.push_back(fault);
  } else {
    holds_.push_back(make_hold(fault));
  }
}

void FaultTaps::disarm() {
  registers_.clear();
  wires_.clear();
  flips_.clear();
  holds_.clear();
  hits_ = 0;
}

bool FaultTaps::pending(uint64_t cycle) const {
  const auto open = [cycle](const Fault& fault) { return !fault.over(cycle); };
  return std::any_of(registers_.begin(), registers_.end(), open) || std::any_of(wires_.begin(), wires_.end(), open);
}

int FaultTaps::apply_registers(uint64_t cycle) {
  int applied = 0;
  for (const Fault& fault : flips_) {
    if (fault.opens(cycle)) {
      table_->poke(fault.site, table_->peek(fault.site) ^ fault.mask);
      ++applied;
    }
  }
  const auto spent = [cycle](const Fault& fault) { return fault.period == 0 && fault.start <= cycle; };
  flips_.erase(std::remove_if(flips_.begin(), flips_.end(), spent), flips_.end());
  for (const Hold& hold : holds_) {
    if (hold.fault.active(cycle)) {
      apply(hold);
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
