#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "hw/gpu/sm_config.h"
#include "sim/engine/gpu_propagation.h"
#include "sim/engine/gpu_trace.h"

namespace faultline::engine {

/// What a fault in the data of a streaming multiprocessor makes wrong first, by the field that it strikes: flips of the
/// register file, shared memory, operands in collectors, the data registers of the pipelines and of the load-store
/// unit, and any fault of a limited time on the wires of the lanes.
class GpuStrikes {
 public:
  /// `trace` must outlive this object.
  GpuStrikes(const GpuTrace& trace, const hw::gpu::SmConfig& config, const hw::StateTable& table);

  /// Begins the propagation of a fault. False when it cannot be followed: a field that is not data, a fault that acts
  /// beyond cycle `layer_end` or again and again in a register, or one for which the trace does not tell enough.
  bool strike(const hw::Fault& fault, uint64_t layer_end, GpuPropagation& propagation) const;

 private:
  using Handler = bool (GpuStrikes::*)(const hw::Fault& fault, GpuPropagation& propagation) const;
  /// A thread of an instruction.
  struct Thread {
    uint32_t instruction = 0;
    int lane = 0;
  };
  /// What lies in a pipeline register at the end of a cycle.
  struct Occupant {
    std::optional<Thread> moving;  ///< moves on at the next edge; nothing: left behind
    bool overwritten = false;      ///< later, by another instruction
  };
  using Accepts = bool (*)(const TracedInstruction& traced);

  bool strike_register(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_shared(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_collector(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_entry_address(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_entry_data(const hw::Fault& fault, GpuPropagation& propagation) const;
  template <hw::gpu::Unit kUnit, size_t kOperand>
  bool strike_operand(const hw::Fault& fault, GpuPropagation& propagation) const;
  template <hw::gpu::Unit kUnit>
  bool strike_value(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_partial(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_wide(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_addend(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_shift(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_product_wire(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_wide_wire(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_mac_sum_wire(const hw::Fault& fault, GpuPropagation& propagation) const;
  bool strike_alu_wire(const hw::Fault& fault, GpuPropagation& propagation) const;

  /// Of the lane `element` (over all partitions) of a unit, `stage` cycles after a beat is taken; only instructions
  /// that `writes` are written there.
  Occupant occupant(hw::gpu::Unit unit, size_t element, TraceCycle cycle, int stage, Accepts writes) const;
  /// The thread whose beat was taken in a cycle.
  std::optional<Thread> taken_in(hw::gpu::Unit unit, size_t element, uint64_t cycle) const;
  /// Applies `change` to what moves; otherwise notes what is left behind. For all but instructions' own results.
  bool settle(const Occupant& occupant, GpuPropagation& propagation,
              const std::function<void(const Thread& thread)>& change) const;
  /// Applies `change` to the active thread that drives a wire while the fault is active, `stage` cycles after its beat
  /// was taken, by an instruction that `drives` it. False when there are several: one may compute with what another
  /// made wrong.
  bool drive_wire(const hw::Fault& fault, hw::gpu::Unit unit, size_t element, int stage, Accepts drives,
                  const std::function<void(const Thread& thread)>& change) const;

  const TracedInstruction& traced(const Thread& thread) const { return trace_.instructions()[thread.instruction]; }
  /// The result when the terms of the sum were changed.
  template <typename Change>
  void change_terms(const Thread& thread, GpuPropagation& propagation, const Change& change) const;

  const GpuTrace& trace_;
  const hw::gpu::SmConfig config_;
  std::unordered_map<size_t, Handler> handlers_;  ///< by field
  std::unordered_map<size_t, bool> wires_;        ///< fields that are wires
};

}  // namespace faultline::engine
