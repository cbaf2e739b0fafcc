#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <systemc>
#include <vector>

#include "hw/common/cycle_clock.h"
#include "rtl/lockstep/accelerator_machine.h"
#include "rtl/lockstep/lockstep_comparison.h"

namespace faultline::rtl {

/// How a program ended on two machines that agreed, or where they parted.
struct LockstepRun {
  enum class Status { kCompleted, kTrapped, kTimedOut, kDiverged };
  Status status = Status::kCompleted;
  uint64_t cycles = 0;  ///< of this program
  std::optional<Divergence> divergence;
};

/// Two implementations of one accelerator on one clock, with the same commands, DRAM and faults. After every edge all
/// registers, memories, wires and outputs are compared. SystemC elaborates once: construct all before the first step.
class AcceleratorLockstep {
 public:
  /// `reference` and `other` come from hw::accelerator_maker() or make a machine of the caller's.
  AcceleratorLockstep(const hw::AcceleratorConfig& config, const hw::MakeAccelerator& reference,
                      const hw::MakeAccelerator& other);

  /// Both machines: clean state and DRAM, no faults, cycle 0 next.
  void reset();
  /// In both DRAMs, which must hold the range.
  void write_dram(uint64_t address, const void* data, size_t bytes);
  void mark_dram_clean();
  /// In both machines, from the next edge on.
  void arm(const hw::Fault& fault);
  /// Sets every register and memory word of both machines to the same random value below 2^`bits`, as no program would;
  /// with an even seed, words of memories to any value.
  void scramble(uint64_t seed, int bits);

  /// Runs to the end of the program, of the limit or of agreement.
  LockstepRun run(const std::vector<hw::CommandDescriptor>& program, uint64_t most_cycles);
  /// One edge. Returns the first difference in the settled cycle that it begins.
  std::optional<Divergence> step();

  const AcceleratorMachine& reference() const { return reference_; }
  const AcceleratorMachine& other() const { return other_; }
  uint64_t comparisons() const { return comparison_.comparisons(); }

 private:
  void add_outputs();
  void settle();
  bool same_dram() const;

  const sc_core::sc_time period_{1, sc_core::SC_NS};
  hw::CycleClock cycle_clock_{period_};
  sc_core::sc_clock clock_{"lockstep_clock", period_, 0.5, period_};
  AcceleratorMachine reference_;
  AcceleratorMachine other_;
  LockstepComparison comparison_;
};

}  // namespace faultline::rtl
