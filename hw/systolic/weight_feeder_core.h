#pragma once

#include <cstdint>
#include <optional>

#include "hw/common/quiescence.h"
#include "hw/fault/fault_taps.h"
#include "hw/protection/guarded_buffer.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/command.h"
#include "hw/systolic/edge_registers.h"
#include "hw/systolic/words.h"

namespace faultline::hw {

/// The weight buffer and the chain of words that reads it for one edge of the grid. Lane l of a word reads the operand
/// at word.address + l, one cycle after lane l - 1; the accelerator's WeightCheck stands between the two, where it has
/// one. With spare columns, lanes that are columns read at word.address + the program's column that they stand for, or
/// nothing.
class WeightFeederCore {
 public:
  struct Inputs {
    const WeightWord& word;
    const CommandDescriptor& command;
    const BufferWrite& write;
    const ColumnMap& columns;  ///< counts only with spare columns
  };

  WeightFeederCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps);

  /// One rising edge: `cycle` is the number of the cycle that begins.
  void step(const Inputs& inputs, uint64_t cycle);
  void state_changed() { quiescence_.state_changed(); }

  OperandEdge edge() const { return edge_.edge(); }

 private:
  template <typename Operand>
  void read_lanes(const ColumnMap& columns);
  template <typename Operand>
  void check_operands(const CommandDescriptor& command);
  void advance(const WeightWord& head);

  int lanes_;
  bool skips_;  ///< lanes are columns, and some may be left out
  OperandFormat format_;
  std::optional<WeightCheck> check_;
  FaultTaps& taps_;
  Quiescence quiescence_;

  GuardedBuffer buffer_;
  StateRegister<uint8_t> read_, control_;
  StateRegister<uint32_t> address_;
  EdgeRegisters edge_;
};

}  // namespace faultline::hw
