#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hw/fault/fault.h"
#include "hw/systolic/accelerator.h"
#include "rtl/lockstep/lockstep_comparison.h"
#include "sim/cosim/grid_program.h"

namespace faultline::cosim {

/// A grid to put in lockstep.
struct GridEngine {
  std::string name;
  hw::Accelerator::MakeGrid make;
  std::vector<std::string> unseen;  ///< paths of wires that it does not show
};

/// Two implementations of one grid on one clock, shown the same edges and struck by the same faults: every register and
/// wire of the state table and every sum of the south edge is compared in every cycle.
///
/// SystemC elaborates once per process: construct one, then run any number of programs.
class GridLockstep {
 public:
  /// Called in the settled end of every cycle, before the two are compared.
  using Observer = std::function<void(uint64_t cycle)>;

  /// Throws what the makers throw (rtl::RtlError where a model cannot be built).
  GridLockstep(const hw::GridConfig& config, const GridEngine& reference, const GridEngine& other);
  ~GridLockstep();

  /// Runs a program from its start, with nothing left of an earlier one, to its end or until `cycles_after` cycles
  /// after the first difference. Throws std::invalid_argument for a fault on a field that may not be struck.
  std::optional<rtl::Divergence> run(const GridProgram& program, const std::vector<hw::Fault>& faults,
                                     const Observer& observer = nullptr, uint64_t cycles_after = 0);

  const hw::StateTable& reference() const;
  const hw::StateTable& other() const;
  /// The fields that both engines show and that faults may strike.
  const std::vector<size_t>& fields() const { return fields_; }
  /// Elements that differ at present.
  std::vector<hw::Site> differing_sites() const;

  uint64_t cycles() const { return cycles_; }  ///< compared so far, in all programs
  uint64_t comparisons() const;                ///< values compared so far

 private:
  struct Simulation;
  std::unique_ptr<Simulation> simulation_;
  std::vector<size_t> fields_;
  uint64_t cycles_ = 0;
};

}  // namespace faultline::cosim
