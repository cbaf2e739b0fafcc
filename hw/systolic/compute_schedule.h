#pragma once

#include <cstdint>
#include <memory>

#include "hw/systolic/dataflow.h"
#include "hw/systolic/words.h"

namespace faultline::hw {

/// Where a kCompute command stands in one cycle.
struct ComputePhase {
  const CommandDescriptor& command;
  int rows;     ///< of the array
  int columns;  ///< of the array that programs use
  uint32_t phase;
  uint32_t fold;
  uint16_t sum_base;  ///< partial-sum row of the tile's first row
  bool prologue;      ///< before the first fold: only stationary operands move
  bool last_fold_of_tile;
  bool another_fold;       ///< a fold follows this one (always true in the prologue)
  bool next_is_last_fold;  ///< the fold that follows is the last of its tile

  bool streaming() const { return !prologue && phase < static_cast<uint32_t>(command.stream); }
  /// Last phase of a fold that is followed by another: the stationary operands change over.
  bool load() const {
    const auto end = static_cast<uint32_t>(prologue ? command.shift_start + rows + 1 : command.period);
    return another_fold && phase + 1 >= end;
  }
  /// Number of the shift word in this phase, or -1.
  int shift_word() const {
    const int64_t number = static_cast<int64_t>(phase) - command.shift_start;
    return another_fold && number >= 0 && number < rows ? static_cast<int>(number) : -1;
  }
  /// Rows with a valid stationary operand in the fold that follows.
  int next_fold_rows() const { return next_is_last_fold ? command.last_fold_rows : rows; }
};

/// The controller's running positions.
struct ComputeHeads {
  Pixel pixel;
  Tap tap;
  uint32_t weight_address = 0;  ///< 24 bits
};

/// What the controller issues in one cycle.
struct ComputeWords {
  InputWord input;
  WeightWord weight;
  SumWord sum;
};

/// The order in which one dataflow issues its words: docs/hardware.md, "Compute". Stateless; the controller counts.
class ComputeSchedule {
 public:
  virtual ~ComputeSchedule() = default;
  /// True when stationary operands are shifted in before the first fold.
  virtual bool has_prologue() const = 0;
  /// The words of one phase; moves the heads past what they used.
  virtual ComputeWords issue(const ComputePhase& phase, ComputeHeads& heads) const = 0;
  /// Sets the heads back where needed when a fold begins.
  virtual void enter_fold(const CommandDescriptor& command, bool first_of_tile, bool last_of_tile,
                          ComputeHeads& heads) const = 0;
};

/// The schedule of a dataflow.
std::unique_ptr<ComputeSchedule> make_weight_stationary_schedule();
std::unique_ptr<ComputeSchedule> make_input_stationary_schedule();
std::unique_ptr<ComputeSchedule> make_output_stationary_schedule();
std::unique_ptr<ComputeSchedule> make_schedule(Dataflow dataflow);

}  // namespace faultline::hw
