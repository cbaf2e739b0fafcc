#include "hw/systolic/checksum_unit_core.h"

#include <algorithm>
#include <cstring>

#include "hw/common/signed_bits.h"

namespace faultline::hw {
namespace {

const char* const kUnit = "checksum";

std::string path_of(const char* what) {
  return std::string("protection.") + kUnit + "." + what;
}

/// True if none of `count` bytes is set.
bool zero(const void* bytes, size_t count) {
  const auto* first = static_cast<const unsigned char*>(bytes);
  return std::all_of(first, first + count, [](unsigned char byte) { return byte == 0; });
}

bool idle_edge(const OperandEdge& edge) {
  const auto lanes = static_cast<size_t>(edge.lanes);
  return zero(edge.valid, lanes) && zero(edge.control, lanes);
}

}  // namespace

ChecksumUnitCore::Correction::Correction(StateTable& table, int sum_bits)
    : word_row(table, path_of("word.row"), 16),
      syndrome_row(table, path_of("checked.row"), 16),
      valid(table, path_of("correction.valid"), 1),
      row(table, path_of("correction.row"), 16),
      column(table, path_of("correction.column"), 8),
      delta(table, path_of("correction.delta"), sum_bits) {}

ChecksumUnitCore::ChecksumUnitCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps)
    : rows_(config.grid.rows),
      columns_(config.grid.columns),
      sum_bits_(config.grid.format().sum_bits()),
      streams_(config.grid.dataflow == Dataflow::kOutputStationary),
      taps_(taps),
      // The longest way: through the stages, down the column, and to the correction.
      quiescence_(columns_ + rows_ + 4),
      moving_(table, path_of("moving[*][*]"), config.grid.format().operand_bits, {columns_, rows_}),
      load_(streams_ ? StateRegister<uint8_t>()
                     : StateRegister<uint8_t>(table, path_of("load[*]"), 1, {columns_ + rows_ - 1})),
      shift_(streams_ ? StateRegister<uint8_t>() : StateRegister<uint8_t>(table, path_of("shift"), 1)),
      word_valid_(table, path_of("word.valid"), 1),
      syndrome_valid_(table, path_of("checked.valid"), 1),
      plain_(config.grid, table, "plain", false),
      report_(table, kUnit) {
  if (config.protection.checksum->corrects) {
    weighted_.emplace(config.grid, table, "weighted", true);
    correction_.emplace(table, sum_bits_);
  }
}

void ChecksumUnitCore::step(const Inputs& inputs, uint64_t cycle) {
  if (!quiescence_.skip(idle(inputs))) {
    judge();
    advance(inputs);
  }
  if (!taps_.empty() && taps_.apply_registers(cycle) > 0) {
    state_changed();
  }
}

bool ChecksumUnitCore::idle(const Inputs& inputs) {
  return inputs.word.idle() && idle_edge(inputs.west) && idle_edge(inputs.north) &&
         zero(inputs.south.value, inputs.south.sums_bytes());
}

void ChecksumUnitCore::judge() {
  const int64_t plain = plain_.syndrome();
  const int64_t weighted = weighted_ ? weighted_->syndrome() : 0;
  const bool wrong = syndrome_valid_.get() != 0 && (plain != 0 || weighted != 0);
  const std::optional<int> column =
      wrong && correction_ ? ColumnChecksum::wrong_column(plain, weighted, columns_, sum_bits_) : std::nullopt;
  if (wrong) {
    report_.note(column ? ReportRegisters::kCorrected : ReportRegisters::kAlarm);
  }
  if (correction_) {
    correction_->valid.set(column ? 1 : 0);
    correction_->row.set(correction_->syndrome_row.get());
    correction_->column.set(column.value_or(0));
    correction_->delta.set(-plain);
  }
}

void ChecksumUnitCore::advance(const Inputs& inputs) {
  syndrome_valid_.set(word_valid_.get());
  const uint8_t* load = streams_ ? nullptr : load_.data() + columns_ - 1;
  const ColumnChecksum::Inputs shown{inputs.north,
                                     inputs.south,
                                     moving_.data() + static_cast<ptrdiff_t>(columns_ - 1) * rows_,
                                     load,
                                     !streams_ && shift_.get() != 0,
                                     word_valid_.get() != 0};
  plain_.step(shown);
  if (weighted_) {
    weighted_->step(shown);
    correction_->syndrome_row.set(correction_->word_row.get());
    correction_->word_row.set(inputs.word.row);
  }
  word_valid_.set(inputs.word.write);
  if (!streams_) {
    take_loads(inputs.west.control[0]);
    shift_.set(inputs.north.control[columns_ - 1]);
  }
  take_operands(inputs.west);
}

void ChecksumUnitCore::take_operands(const OperandEdge& west) {
  int16_t* moving = moving_.data();
  const auto later = static_cast<size_t>((columns_ - 1) * rows_);
  std::memmove(moving + rows_, moving, later * sizeof(int16_t));
  for (int row = 0; row < rows_; ++row) {
    moving[row] = static_cast<int16_t>(west.valid[row] != 0 ? west.operand(row) : 0);
  }
}

void ChecksumUnitCore::take_loads(uint8_t load) {
  uint8_t* loads = load_.data();
  std::memmove(loads + 1, loads, static_cast<size_t>(columns_ + rows_ - 2));
  loads[0] = load;
}

SumCorrection ChecksumUnitCore::correction() const {
  if (!correction_ || correction_->valid.get() == 0) {
    return {};
  }
  return {true, correction_->row.get(), correction_->column.get(), correction_->delta.get()};
}

}  // namespace faultline::hw
