#pragma once

#include <cstdint>
#include <systemc>

namespace faultline::hw {

/// Tells blocks the number of the cycle that has just begun, counted from the first edge after reset as cycle 0.
///
/// SystemC's time never goes back, so a reset or a restored snapshot moves the origin instead.
class CycleClock {
 public:
  explicit CycleClock(const sc_core::sc_time& period) : period_(period.value()) {}

  /// The number of the cycle whose first edge is now (or was last).
  uint64_t cycle() const { return sc_core::sc_time_stamp().value() / period_ + bias_; }
  /// The next edge (the one after the current time) begins cycle `next`.
  void set_next_cycle(uint64_t next) { bias_ = next - (sc_core::sc_time_stamp().value() / period_ + 1); }

 private:
  uint64_t period_;
  uint64_t bias_ = 0;
};

}  // namespace faultline::hw
