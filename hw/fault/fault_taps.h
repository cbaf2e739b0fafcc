#pragma once

#include <cstdint>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"

namespace faultline::hw {

/// The armed faults of one block, in the form its core applies them: registers after each edge, wires while they
/// settle.
///
/// A block whose taps are empty pays one comparison a cycle and computes exactly what it would without taps.
class FaultTaps {
 public:
  explicit FaultTaps(StateTable* table) : table_(table) {}

  /// Arms a fault. The site must be of this block; taken at the next edge.
  void arm(const Fault& fault);
  /// Removes every fault. Values that a stuck-at held stay until they are written.
  void disarm();

  bool empty() const { return registers_.empty() && wires_.empty(); }
  bool has_wire_faults() const { return !wires_.empty(); }
  const std::vector<Fault>& wire_faults() const { return wires_; }
  /// True when some window is open in this cycle or a later one.
  bool pending(uint64_t cycle) const;

  /// Perturbs stored bits: called once a cycle, right after the block's registers have taken their next value. Flips of
  /// windows that open now come first, then every open stuck-at, so that a stuck-at beats a flip. Returns the number of
  /// perturbations applied.
  int apply_registers(uint64_t cycle);

  /// The settled value of a wire: `value` with every open fault of that wire applied (flips, then stuck-ats), inside
  /// the wire's own width. `value` is the zero-extended bit pattern.
  uint64_t apply_wire(Site site, uint64_t value, uint64_t cycle) const;

  /// How many times armed register faults have been applied since they were armed.
  uint64_t hits() const { return hits_; }

 private:
  /// A stuck-at of a register with its place in the state table, found once: thousands may be open in every cycle.
  struct Hold {
    Fault fault;
    size_t offset;  ///< in the arena
    size_t bytes;   ///< of the element
    uint64_t mask;  ///< bits of the stored value: sign extension goes with the sign
  };
  Hold make_hold(const Fault& fault) const;
  void apply(const Hold& hold);

  StateTable* table_;
  std::vector<Fault> registers_;
  std::vector<Fault> wires_;
  std::vector<Fault> flips_;  ///< those of registers_ that may still act
  std::vector<Hold> holds_;   ///< those of registers_ that are stuck-ats
  uint64_t hits_ = 0;
};

}  // namespace faultline::hw
