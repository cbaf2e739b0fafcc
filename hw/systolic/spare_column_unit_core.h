#pragma once

#include <cstdint>

#include "hw/common/state_register.h"
#include "hw/fault/fault_taps.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/column_map.h"

namespace faultline::hw {

/// The registers that say which columns of the array are left out. Nothing but faults writes them.
class SpareColumnUnitCore {
 public:
  /// The grid of `config` has spare columns.
  SpareColumnUnitCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps);

  /// One rising edge: `cycle` is the number of the cycle that begins. True when a fault acted.
  bool step(uint64_t cycle);
  void state_changed();

  /// What the registers make of the columns.
  const ColumnMap& map() const { return map_; }

 private:
  int columns_;
  int spares_;
  FaultTaps& taps_;
  StateRegister<uint8_t> skip_;
  ColumnMap map_;
};

}  // namespace faultline::hw
