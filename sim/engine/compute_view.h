#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "hw/arithmetic/operand_format.h"
#include "hw/common/signed_bits.h"
#include "hw/systolic/position.h"
#include "sim/engine/network_schedule.h"

namespace faultline::engine {

/// The bytes of every layer's input as DRAM holds them, by layer: what the views below read.
struct LayerInputs {
  std::vector<std::vector<uint8_t>> by_layer;
};

/// The operand that bytes of a memory hold.
inline int16_t operand_in(const uint8_t* bytes, hw::OperandFormat format) {
  return format.wide() ? static_cast<int16_t>(hw::wrap_to(bytes[0] | bytes[1] << 8, format.operand_bits))
                       : static_cast<int8_t>(bytes[0]);
}

/// The windows of a kCompute or kPool over the input buffer: which operand a pixel and a tap meet. Addresses and
/// positions count operands.
class WindowView {
 public:
  /// `pixels` and `taps`: how many positions follow each other from the command's first ones.
  WindowView(const NetworkSchedule& schedule, const ScheduledCommand& command, int64_t pixels, int64_t taps);

  bool inside(size_t pixel, size_t tap) const {
    return hw::inside_input(pixels_[pixel].y, pixels_[pixel].x, taps_[tap].y, taps_[tap].x, descriptor_);
  }
  int64_t address(size_t pixel, size_t tap) const {
    return hw::input_address(pixels_[pixel].offset, taps_[tap].offset, descriptor_);
  }
  /// The activation that both meet, or the padding. `input`: of the command's layer, as DRAM holds it.
  int16_t activation(size_t pixel, size_t tap, const std::vector<uint8_t>& input) const {
    return inside(pixel, tap) ? operand(address(pixel, tap), input) : static_cast<int16_t>(descriptor_.pad_value);
  }
  int16_t operand(int64_t address, const std::vector<uint8_t>& input) const {
    const int bytes = format_.operand_bytes();
    const auto last = static_cast<size_t>((origin_ + address + 1) * bytes - 1);
    return operand_in(&input.at(last) - (bytes - 1), format_);
  }
  /// Position in the layer's input of a buffer address.
  int64_t position(int64_t address) const { return origin_ + address; }

  /// Every (pixel, tap) that reads an operand of the buffer.
  void readers(int64_t address, std::vector<std::pair<size_t, size_t>>& found) const;
  size_t tap_count() const { return taps_.size(); }

 private:
  const hw::CommandDescriptor& descriptor_;
  hw::OperandFormat format_;
  int64_t origin_ = 0;  ///< position in the layer's input of address 0
  std::vector<hw::Pixel> pixels_;
  std::vector<hw::Tap> taps_;
  std::vector<std::pair<int32_t, size_t>> by_offset_;  ///< pixels by offset
};

/// An operand in a processing element.
struct ArrayOperand {
  int16_t value = 0;
  bool valid = false;
  bool operator==(const ArrayOperand& other) const { return value == other.value && valid == other.valid; }
};

/// A word of the stream: fold (over all tiles) and phase.
struct StreamSlot {
  int64_t fold = 0;
  int64_t phase = 0;
};

/// Where a sum of a kCompute ends up.
struct SumTarget {
  int64_t row = 0;      ///< of the partial-sum buffer
  bool written = true;  ///< else the column is not in use, and its sums are dropped
  bool neuron = false;  ///< it belongs to a neuron of the layer; else nothing reads it
  size_t channel = 0;
  size_t pixel = 0;
};

/// Everything about one kCompute: which operands meet where and when, and where their sum goes (docs/hardware.md,
/// "Compute").
///
/// `n` counts phases from the command's first: word n reaches the edge of row or column l in cycle first + n + 3 + l,
/// and the product of row r, column c in cycle first + n + 3 + r + c.
class ComputeView {
 public:
  /// `previous`: the network's kCompute before this one, or nullptr. `inputs` is read whenever the view is asked.
  ComputeView(const NetworkSchedule& schedule, const ScheduledCommand& command, const ComputeView* previous,
              const LayerInputs& inputs);

  const ScheduledCommand& command() const { return command_; }
  const WindowView& window() const { return window_; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }  ///< of the array, spare ones included
  /// The columns that stand for those of the program; the others hold nothing, and their sums go nowhere.
  const hw::ColumnMap& column_map() const { return map_; }
  int used_columns() const { return used_columns_; }
  int64_t folds() const { return folds_; }  ///< of all tiles
  int64_t stream() const { return stream_; }
  const std::vector<uint8_t>& input() const { return inputs_.by_layer[command_.layer]; }

  int64_t number_of(StreamSlot slot) const { return prologue_ + slot.fold * period_ + slot.phase; }
  /// The slot of phase count `n`, or nothing when no word of the stream is issued then.
  std::optional<StreamSlot> slot(int64_t n) const;
  /// Phase count of shift word `word` for a fold (weight- and input-stationary).
  int64_t shift_number(int64_t fold, int64_t word) const {
    return fold == 0 ? word : prologue_ + (fold - 1) * period_ + shift_start_ + word;
  }
  /// Phase count of the load of a fold (weight- and input-stationary).
  int64_t load_number(int64_t fold) const { return prologue_ + fold * period_ - 1; }
  /// Cycles since the command's first; negative before it.
  int64_t since_start(uint64_t cycle) const {
    return static_cast<int64_t>(cycle) - static_cast<int64_t>(command_.first_cycle);
  }

  /// What an element adds to a sum for an operand from the west and the other one: 0 when one of them is invalid.
  int32_t product(ArrayOperand eastward, ArrayOperand other, int row, int column) const {
    return eastward.valid && other.valid ? product_of(eastward.value, other.value, row, column) : 0;
  }
  int32_t product_of(int16_t eastward, int16_t other, int row, int column) const {
    const hw::Multiplier& multiplier =
        elements_.empty() ? multiplier_ : *elements_[static_cast<size_t>(row * columns_ + column)];
    return weights_move_ ? multiplier.any_product(other, eastward) : multiplier.any_product(eastward, other);
  }

  /// The operand that comes from the west for a row.
  ArrayOperand eastward(StreamSlot slot, int row) const;
  /// What it meets in a column: the stationary operand, or in output-stationary the weight from the north.
  ArrayOperand other(StreamSlot slot, int row, int column) const {
    return output_stationary_ ? southward(slot, column) : stationary(slot.fold, row, column);
  }
  /// Weight- and input-stationary: what (row, column) holds during a fold; -1: what the command found there.
  ArrayOperand stationary(int64_t fold, int row, int column) const;
  /// Weight- and input-stationary: what the chain S_next holds when `n` - counted in column 0 - is the last word that
  /// has been shifted in.
  ArrayOperand chain(int64_t n, int row, int column) const;
  /// The weight address of row `row` of a fold (weight-stationary; the row must be valid), column 0.
  int64_t stationary_weight_address(int64_t fold, int row) const;
  int valid_rows(int64_t fold) const { return fold % folds_a_tile_ + 1 == folds_a_tile_ ? last_fold_rows_ : rows_; }
  int64_t folds_a_tile() const { return folds_a_tile_; }
  int64_t weight_pitch() const { return pitch_; }
  int64_t weight_base() const { return weight_base_; }

  /// Where the sum goes to which the product of a slot at (row, column) is added.
  SumTarget target(StreamSlot slot, int row, int column) const;
  /// The cycle at which that sum is written to the buffer.
  uint64_t sum_written(StreamSlot slot, int row, int column) const;
  /// Weight- and input-stationary: the sum of the products of rows [0, row].
  int64_t sum_down_to(StreamSlot slot, int row, int column) const;
  /// Output-stationary: the sum of the products of phases [0, phase].
  int64_t sum_up_to(StreamSlot slot, int row, int column) const;
  /// The whole sum that one fold adds to the buffer.
  int64_t fold_sum(int64_t fold, int64_t phase, int row, int column) const {
    return output_stationary_ ? sum_up_to({fold, stream_ - 1}, row, column)
                              : sum_down_to({fold, phase}, rows_ - 1, column);
  }
  /// The tile and the phase (weight- and input-stationary) or row (output-stationary) whose sums are in a row of the
  /// buffer, or nothing when the command does not write there.
  std::optional<std::pair<int64_t, int64_t>> writer_of(int64_t sum_row) const;
  bool accumulates() const { return command_.descriptor().accumulate != 0; }

  /// The operand of the weight buffer during this command, and what the array gets for one that is there.
  int16_t stored_weight(int64_t address) const;
  int16_t passed_weight(int16_t stored) const {
    return check_ ? check_->passed(stored, command_.descriptor().low, command_.descriptor().high) : stored;
  }

 private:
  int16_t weight(int64_t address) const { return passed_weight(stored_weight(address)); }
  ArrayOperand southward(StreamSlot slot, int column) const {
    return map_.in_use(column) ? ArrayOperand{weight(slot.phase * pitch_ + weight_base_ + map_.logical(column)), true}
                               : ArrayOperand{};
  }

  const NetworkSchedule& schedule_;
  const ScheduledCommand& command_;
  const ComputeView* previous_;
  const LayerInputs& inputs_;
  const hw::Multiplier& multiplier_;             ///< selected for the layer
  std::vector<const hw::Multiplier*> elements_;  ///< what adds to sums, by row and column; empty where all are alike
  hw::OperandFormat format_;
  std::optional<hw::WeightCheck> check_;
  bool output_stationary_;
  bool weights_move_;
  int rows_, columns_, used_columns_;
  const hw::ColumnMap& map_;
  int64_t folds_a_tile_, folds_, stream_, period_, prologue_, shift_start_, pitch_, weight_base_;
  int last_fold_rows_;
  WindowView window_;
  int64_t loaded_begin_ = 0, loaded_end_ = 0;  ///< bytes of the weight buffer that the last load before wrote
  const uint8_t* loaded_ = nullptr;            ///< their bytes
};

}  // namespace faultline::engine
