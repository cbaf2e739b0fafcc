#pragma once

#include <cstdint>
#include <memory>

#include "hw/common/quiescence.h"
#include "hw/common/signed_array.h"
#include "hw/common/state_register.h"
#include "hw/fault/fault_taps.h"
#include "hw/protection/word_guard.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/words.h"

namespace faultline::hw {

/// The partial-sum buffer: one bank of sums per column that programs use, written at the column's own time.
///
/// Sum words wait R + 1 stages (as long as operands need to the bottom row), then move along the columns, one each
/// cycle. In the cycle in which a column holds a write word, its bank takes the south edge's sum; in output-stationary
/// the same bit drains the column. With spare columns, a column's bank is that of the program's column that it stands
/// for, or none. A correction by the checksum unit comes before what a bank writes in the same cycle.
class PartialSumBufferCore {
 public:
  struct Inputs {
    const SumWord& head;
    const SumEdge& south;
    const RowRequest& request;
    const SumCorrection& correction;
    const ColumnMap& columns;  ///< counts only with spare columns
  };

  PartialSumBufferCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps);

  /// One rising edge: `cycle` is the number of the cycle that begins.
  void step(const Inputs& inputs, uint64_t cycle);
  void state_changed() { quiescence_.state_changed(); }

  DrainEdge drain() const;
  /// The word of the last column.
  SumWord last_word() const;
  SumEdge row() const;

 private:
  template <typename Sum>
  void correct(const SumCorrection& correction);
  template <typename Sum>
  void write_banks(const Sum* south, const ColumnMap& columns);
  void advance(const SumWord& head);
  template <typename Sum>
  Sum read_word(size_t index) const;
  template <typename Sum>
  void write_word(size_t index, int64_t sum);
  template <typename Sum>
  void read_row(const RowRequest& request);

  OperandFormat format_;
  int rows_;
  int columns_;  ///< of the array
  int banks_;
  bool skips_;  ///< some columns may be left out
  int delay_;
  FaultTaps& taps_;
  Quiescence quiescence_;

  SignedArray memory_;
  std::unique_ptr<const WordGuard> guard_;
  StateRegister<uint8_t> delay_write_, delay_accumulate_;
  StateRegister<uint16_t> delay_row_;
  StateRegister<uint8_t> column_write_, column_accumulate_;
  StateRegister<uint16_t> column_row_;
  SignedArray read_data_;
};

}  // namespace faultline::hw
