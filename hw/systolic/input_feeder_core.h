#pragma once

#include <cstdint>

#include "hw/common/quiescence.h"
#include "hw/fault/fault_taps.h"
#include "hw/protection/guarded_buffer.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/edge_registers.h"
#include "hw/systolic/words.h"

namespace faultline::hw {

/// The input buffer and the address generators that read it for one edge of the grid: on-the-fly im2col.
///
/// Words enter lane 0 and move one lane further each cycle, which gives the skew that the array needs without any
/// data registers for it. Each lane keeps its own part of the position (a tap in weight-stationary, a pixel otherwise)
/// from the last word marked `first`, and takes the other part from the word. With spare columns, lanes that are
/// columns bring nothing where they are not in use, and hand on the position that they got.
class InputFeederCore {
 public:
  struct Inputs {
    const InputWord& word;
    const CommandDescriptor& command;
    const BufferWrite& write;
    const PoolRequest& pool;
    const ColumnMap& columns;  ///< counts only with spare columns
  };

  InputFeederCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps);

  /// One rising edge: `cycle` is the number of the cycle that begins.
  void step(const Inputs& inputs, uint64_t cycle);
  void state_changed() { quiescence_.state_changed(); }

  OperandEdge edge() const { return edge_.edge(); }
  PoolData pool_data() const;

 private:
  template <typename Operand>
  void read_lanes(const CommandDescriptor& command, const ColumnMap& columns);
  int16_t operand(int lane, const CommandDescriptor& command) const;
  void hold_positions();
  void advance(const InputWord& head, const CommandDescriptor& command, const ColumnMap& columns);
  template <typename Operand>
  void read_pool(const PoolRequest& request);
  InputWord word(int lane) const;
  void set_word(int lane, const InputWord& word);

  int lanes_;
  int columns_;  ///< that programs use
  OperandFormat format_;
  bool holds_tap_;
  bool skips_;  ///< lanes are columns, and some may be left out
  FaultTaps& taps_;
  Quiescence quiescence_;

  GuardedBuffer buffer_;
  StateRegister<uint8_t> read_, first_, control_;
  StateRegister<int16_t> pixel_y_, pixel_x_;
  StateRegister<int32_t> pixel_offset_;
  StateRegister<int16_t> tap_y_, tap_x_;
  StateRegister<uint16_t> tap_c_;
  StateRegister<int32_t> tap_offset_;
  StateRegister<int16_t> held_y_, held_x_;
  StateRegister<int32_t> held_offset_;
  EdgeRegisters edge_;
  SignedArray pool_data_;
};

}  // namespace faultline::hw
