#include "hw/systolic/partial_sum_buffer_core.h"

#include <cstring>

#include "hw/common/signed_bits.h"

namespace faultline::hw {
namespace {

/// Moves every element one place further and puts `head` first; returns the element that falls out.
template <typename T>
T shift_in(const StateRegister<T>& chain, int length, T head) {
  T* first = chain.data();
  const T last = first[length - 1];
  std::memmove(first + 1, first, static_cast<size_t>(length - 1) * sizeof(T));
  first[0] = head;
  return last;
}

}  // namespace

PartialSumBufferCore::PartialSumBufferCore(const AcceleratorConfig& config, StateTable& table, FaultTaps& taps)
    : format_(config.grid.format()),
      rows_(config.psum_rows),
      columns_(config.grid.columns),
      banks_(config.grid.used_columns()),
      skips_(config.grid.spare_columns),
      delay_(config.grid.rows + 1),
      taps_(taps),
      quiescence_(delay_ + columns_ + 1),
      memory_(table, "buffer.partial_sum[*][*]", format_.sum_bits(), {rows_, banks_}, StateKind::kMemory),
      guard_(make_word_guard(table, config.protection, "partial_sum", format_.sum_bits(), {rows_, banks_})),
      delay_write_(table, "partial_sum.delay[*].write", 1, {delay_}),
      delay_accumulate_(table, "partial_sum.delay[*].accumulate", 1, {delay_}),
      delay_row_(table, "partial_sum.delay[*].row", 16, {delay_}),
      column_write_(table, "partial_sum.column[*].write", 1, {columns_}),
      column_accumulate_(table, "partial_sum.column[*].accumulate", 1, {columns_}),
      column_row_(table, "partial_sum.column[*].row", 16, {columns_}),
      read_data_(table, "partial_sum.read_data[*]", format_.sum_bits(), {banks_}) {}

void PartialSumBufferCore::step(const Inputs& inputs, uint64_t cycle) {
  if (inputs.request.valid) {
    format_.wide() ? read_row<int64_t>(inputs.request) : read_row<int32_t>(inputs.request);
  }
  if (inputs.correction.valid) {
    format_.wide() ? correct<int64_t>(inputs.correction) : correct<int32_t>(inputs.correction);
  }
  if (!quiescence_.skip(inputs.head.idle())) {
    format_.wide() ? write_banks(inputs.south.wide, inputs.columns) : write_banks(inputs.south.value, inputs.columns);
    advance(inputs.head);
  }
  if (!taps_.empty() && taps_.apply_registers(cycle) > 0) {
    state_changed();
  }
}

template <typename Sum>
Sum PartialSumBufferCore::read_word(size_t index) const {
  const Sum stored = memory_.data<Sum>()[index];
  if (guard_ == nullptr) {
    return stored;
  }
  const int bits = memory_.bits();
  return static_cast<Sum>(wrap_to(static_cast<int64_t>(guard_->read(index, low_bits(stored, bits))), bits));
}

template <typename Sum>
void PartialSumBufferCore::write_word(size_t index, int64_t sum) {
  const auto stored = static_cast<Sum>(wrap_to(sum, memory_.bits()));
  memory_.data<Sum>()[index] = stored;
  if (guard_ != nullptr) {
    guard_->write(index, low_bits(stored, memory_.bits()));
  }
}

template <typename Sum>
void PartialSumBufferCore::correct(const SumCorrection& correction) {
  if (correction.row < rows_ && correction.column < banks_) {
    const size_t index = static_cast<size_t>(correction.row) * static_cast<size_t>(banks_) + correction.column;
    write_word<Sum>(index, read_word<Sum>(index) + correction.delta);
  }
}

template <typename Sum>
void PartialSumBufferCore::write_banks(const Sum* south, const ColumnMap& columns) {
  const uint8_t* write = column_write_.data();
  const uint8_t* accumulate = column_accumulate_.data();
  const uint16_t* row = column_row_.data();
  for (int column = 0; column < columns_; ++column) {
    const int bank = skips_ ? columns.logical(column) : column;
    if (write[column] == 0 || row[column] >= rows_ || bank == ColumnMap::kUnused) {
      continue;
    }
    const size_t index = static_cast<size_t>(row[column]) * static_cast<size_t>(banks_) + static_cast<size_t>(bank);
    const int64_t before = accumulate[column] != 0 ? read_word<Sum>(index) : 0;
    write_word<Sum>(index, before + south[column]);
  }
}

void PartialSumBufferCore::advance(const SumWord& head) {
  const uint8_t write = shift_in(delay_write_, delay_, static_cast<uint8_t>(head.write));
  const uint8_t accumulate = shift_in(delay_accumulate_, delay_, static_cast<uint8_t>(head.accumulate));
  const uint16_t row = shift_in(delay_row_, delay_, head.row);
  shift_in(column_write_, columns_, write);
  shift_in(column_accumulate_, columns_, accumulate);
  shift_in(column_row_, columns_, row);
}

template <typename Sum>
void PartialSumBufferCore::read_row(const RowRequest& request) {
  auto* data = read_data_.data<Sum>();
  const auto bytes = static_cast<size_t>(banks_) * sizeof(Sum);
  if (request.row >= rows_) {
    std::memset(data, 0, bytes);
    return;
  }
  const size_t first = static_cast<size_t>(request.row) * static_cast<size_t>(banks_);
  if (guard_ == nullptr) {
    std::memcpy(data, memory_.data<Sum>() + first, bytes);
    return;
  }
  for (int bank = 0; bank < banks_; ++bank) {
    data[bank] = read_word<Sum>(first + static_cast<size_t>(bank));
  }
}

DrainEdge PartialSumBufferCore::drain() const {
  DrainEdge edge(columns_);
  std::memcpy(edge.drain, column_write_.data(), static_cast<size_t>(columns_));
  return edge;
}

SumWord PartialSumBufferCore::last_word() const {
  const auto last = static_cast<size_t>(columns_) - 1;
  return {column_write_.get(last) != 0, column_accumulate_.get(last) != 0, column_row_.get(last)};
}

SumEdge PartialSumBufferCore::row() const {
  SumEdge edge(banks_, format_.wide());
  std::memcpy(edge.value, read_data_.raw(), edge.sums_bytes());
  return edge;
}

}  // namespace faultline::hw
