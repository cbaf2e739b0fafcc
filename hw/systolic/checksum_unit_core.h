#pragma once

#include <cstdint>
#include <optional>

#include "hw/common/quiescence.h"
#include "hw/common/state_register.h"
#include "hw/fault/fault_taps.h"
#include "hw/protection/report_registers.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/column_checksum.h"
#include "hw/systolic/words.h"

namespace faultline::hw {

/// Checks every vector of sums that leaves the array against checksums of the operands that went in, and corrects one
/// wrong sum of a vector where the configuration says so (docs/hardware.md, "Checksums of the array").
///
/// It watches the edges of the array, where the operands from the west wait until column C would see them. Its
/// registers are `protection.checksum.*`.
class ChecksumUnitCore {
 public:
  struct Inputs {
    const OperandEdge& west;   ///< as the array's
    const OperandEdge& north;  ///< likewise
    const SumEdge& south;
    SumWord word;  ///< of the last column's bank
  };

  /// `config` must have the unit.
  ChecksumUnitCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps);

  /// One rising edge: `cycle` is the number of the cycle that begins.
  void step(const Inputs& inputs, uint64_t cycle);
  /// Must be called when something other than step() has written to the registers.
  void state_changed() { quiescence_.state_changed(); }

  /// What the partial-sum buffer is to put right at the next edge.
  SumCorrection correction() const;

 private:
  /// Where a wrong sum is put right: two stages, the syndromes' and the correction's.
  struct Correction {
    Correction(StateTable& table, int sum_bits);
    StateRegister<uint16_t> word_row, syndrome_row;
    StateRegister<uint8_t> valid;
    StateRegister<uint16_t> row;
    StateRegister<uint8_t> column;
    StateRegister<int64_t> delta;
  };

  void judge();
  void advance(const Inputs& inputs);
  void take_operands(const OperandEdge& west);
  void take_loads(uint8_t load);
  static bool idle(const Inputs& inputs);

  int rows_;
  int columns_;
  int sum_bits_;
  bool streams_;
  FaultTaps& taps_;
  Quiescence quiescence_;

  StateRegister<int16_t> moving_;        ///< by stage and row
  StateRegister<uint8_t> load_, shift_;  ///< not in output-stationary
  StateRegister<uint8_t> word_valid_, syndrome_valid_;
  ColumnChecksum plain_;
  std::optional<ColumnChecksum> weighted_;  ///< only where it corrects
  std::optional<Correction> correction_;    ///< likewise
  ReportRegisters report_;
};

}  // namespace faultline::hw
