#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/common/signal_value.h"

namespace faultline::hw {

/// What a command asks of the accelerator. Other values of the field trap.
enum class Opcode : int32_t {
  kLoad = 1,         ///< DMA from DRAM into a buffer
  kStore = 2,        ///< DMA from the output buffer to DRAM
  kCompute = 3,      ///< stream operands through the grid into the partial-sum buffer
  kPostProcess = 4,  ///< partial sums -> bias, requantisation, activation -> output buffer
  kPool = 5,         ///< windows of the input buffer -> maximum or requantised sum -> output buffer
  kCorrect = 6,      ///< words of critical neurons in the output buffer -> one code each; only with a neuron unit
};

/// Where a kLoad puts its bytes.
enum class LoadTarget : int32_t { kInput = 0, kWeight = 1, kParameter = 2, kTable = 3 };

/// One command: the controller's command registers. Commands run one after another, in the order given.
///
/// Every field is a register `controller.command.<name>` of the width in command_fields(). Positions in the input
/// buffer are the sum of a pixel part and a tap part, each (y, x, offset): a value is read at input_base +
/// pixel.offset + tap.offset, counted in operands, when (pixel.y + tap.y, pixel.x + tap.x) lies inside input_height x
/// input_width, and is pad_value otherwise. docs/hardware.md ("Commands", "Compute") defines the schedule.
struct CommandDescriptor {
  int32_t opcode = 0;

  // kLoad, kStore: `rows` rows of `row_bytes` bytes.
  int32_t target = 0;        ///< LoadTarget (kLoad)
  int32_t dram_address = 0;  ///< of the first row, unsigned
  int32_t dram_stride = 0;   ///< bytes between rows in DRAM
  int32_t buffer_address = 0;
  int32_t buffer_stride = 0;  ///< bytes between rows in the buffer
  int32_t rows = 0;           ///< also: partial-sum rows of kPostProcess, pixels of kPool, words of kCorrect
  int32_t row_bytes = 0;

  // kCompute: the loop nest and its timing.
  int32_t tiles = 0;
  int32_t folds = 0;           ///< per tile
  int32_t stream = 0;          ///< operand words per fold; for kPool: taps per window
  int32_t period = 0;          ///< cycles per fold
  int32_t shift_start = 0;     ///< phase of the first shift word (weight- and input-stationary)
  int32_t final_period = 0;    ///< cycles of the last fold of the command, until the last sum is written
  int32_t last_fold_rows = 0;  ///< rows with a valid stationary operand in the last fold of a tile, 1..R
  /// 1: the first fold adds to what the partial-sum buffer holds. kPostProcess: 1: neurons that the neuron unit's mask
  /// names are written as its words hold them. kCorrect: 1: not the first walk of its layer, where the unit counts
  /// repeats.
  int32_t accumulate = 0;
  int32_t psum_base = 0;          ///< first row in the partial-sum buffer (also kPostProcess)
  int32_t psum_tile_step = 0;     ///< rows from one tile to the next
  int32_t weight_base = 0;        ///< of the weight buffer, counted in operands
  int32_t weight_pitch = 0;       ///< operands from one weight word to the next
  int32_t weight_tile_reset = 0;  ///< 1: each tile reads the weights from weight_base again

  // kCompute, kPool: where operands lie in the input buffer.
  int32_t input_base = 0;
  int32_t input_height = 0;
  int32_t input_width = 0;
  int32_t pad_value = 0;  ///< kPostProcess with `accumulate`, kCorrect: the code that stands for 0 in the output
  int32_t tap_y = 0, tap_x = 0, tap_c = 0, tap_offset = 0;  ///< the first tap
  int32_t tap_c_last = 0;                                   ///< channels of a tap minus one
  int32_t tap_x_step = 0, tap_x_last = 0, tap_y_step = 0, tap_y_last = 0;
  int32_t tap_offset_x = 0;  ///< added to the offset when the channel wraps and x steps
  int32_t tap_offset_y = 0;  ///< added to the offset when x wraps and y steps; when y wraps the offset becomes 0
  int32_t pixel_y = 0, pixel_x = 0, pixel_offset = 0;  ///< the first pixel
  int32_t pixel_x_first = 0;                           ///< x of the first pixel of a row
  int32_t pixel_x_step = 0, pixel_x_last = 0, pixel_y_step = 0;
  int32_t pixel_offset_x = 0;  ///< added to the offset when x steps
  int32_t pixel_offset_y = 0;  ///< added to the offset when x wraps and y steps

  // kPostProcess, kPool.
  int32_t lanes = 0;             ///< lanes written, 1..C
  int32_t parameter_base = 0;    ///< first entry in the parameter memory
  int32_t parameter_by_row = 0;  ///< 1: entry parameter_base + row for every lane; 0: parameter_base + lane
  int32_t output_base = 0;
  int32_t output_row_stride = 0;   ///< bytes
  int32_t output_lane_stride = 0;  ///< bytes
  int32_t raw = 0;                 ///< 1: write the biased sum (OperandFormat::sum_bytes), least significant byte first
  int32_t zero_point = 0;
  int32_t low = -128, high = 127;  ///< kCompute: the layer's weights, where the accelerator has a WeightCheck
  int32_t use_table = 0;
  int32_t maximum = 0;  ///< kPool: 1: maximum of the taps inside; 0: sum of all taps

  bool operator==(const CommandDescriptor& other) const;
};

/// One field of a command: its name, width and place.
struct CommandField {
  std::string name;
  int bits;
  bool is_signed;
  int32_t CommandDescriptor::*member;
};

/// All fields, in the order of the declaration, of a machine with operands of this width: pad_value, zero_point, low
/// and high are as wide.
const std::vector<CommandField>& command_fields(int operand_bits = 8);

}  // namespace faultline::hw
