#include "hw/systolic/column_checksum.h"

namespace faultline::hw {
namespace {

std::string path_of(const std::string& name, const char* what) {
  return "protection.checksum." + name + "." + what;
}

}  // namespace

std::optional<int> ColumnChecksum::wrong_column(int64_t plain, int64_t weighted, int columns, int sum_bits) {
  std::optional<int> found;
  for (int column = 0; column < columns; ++column) {
    if (wrap_to(weight(true, column) * plain, sum_bits) == weighted) {
      if (found) {
        return std::nullopt;
      }
      found = column;
    }
  }
  return found;
}

int ColumnChecksum::north_bits(const GridConfig& config, bool weighted) {
  int copies = 0;
  for (int column = 0; column < config.columns; ++column) {
    copies += weight(weighted, column);
  }
  int bits = config.format().operand_bits;
  while (copies > 1 << (bits - config.format().operand_bits)) {
    ++bits;
  }
  return bits;
}

ColumnChecksum::ColumnChecksum(const GridConfig& config, StateTable& table, const std::string& name, bool weighted)
    : rows_(config.rows),
      columns_(config.columns),
      streams_(config.dataflow == Dataflow::kOutputStationary),
      weighted_(weighted) {
  const int north = north_bits(config, weighted);
  const int sum = config.format().sum_bits();
  north_sum_ = {table, path_of(name, "north_sum[*]"), north, {columns_}};
  if (streams_) {
    if (rows_ > 1) {
      streaming_ = {table, path_of(name, "streaming[*]"), north, {rows_ - 1}};
    }
  } else {
    next_ = {table, path_of(name, "next[*]"), north, {rows_}};
    held_ = {table, path_of(name, "held[*]"), north, {rows_}};
  }
  expected_ = {table, path_of(name, "expected[*]"), sum, {rows_}};
  south_sum_ = {table, path_of(name, "south_sum[*]"), sum, {columns_}};
  syndrome_ = {table, path_of(name, "syndrome"), sum};
}

void ColumnChecksum::step(const Inputs& inputs) const {
  // Each register from what stood before the edge: last stages first.
  const auto last_row = static_cast<size_t>(rows_) - 1;
  const auto last_column = static_cast<size_t>(columns_) - 1;
  syndrome_.set(south_sum_.get(last_column) - expected_.get(last_row));
  streams_ ? step_streaming(inputs) : step_held(inputs);
  add_north(inputs.north);
  add_south(inputs.south);
}

/// Weight- and input-stationary.
void ColumnChecksum::step_held(const Inputs& inputs) const {
  const int32_t* entering = north_sum_.data() + columns_ - 1;
  int32_t* next = next_.data();
  int32_t* held = held_.data();
  int64_t* expected = expected_.data();
  for (int row = rows_ - 1; row >= 0; --row) {
    const int64_t before = row > 0 ? expected[row - 1] : 0;
    expected[row] = expected_.wrap(before + int64_t{inputs.moving[row]} * held[row]);
    held[row] = inputs.load[row] != 0 ? next[row] : held[row];
    if (inputs.shift) {
      next[row] = row > 0 ? next[row - 1] : *entering;
    }
  }
}

void ColumnChecksum::step_streaming(const Inputs& inputs) const {
  const int32_t* entering = north_sum_.data() + columns_ - 1;
  int32_t* streaming = rows_ > 1 ? streaming_.data() : nullptr;
  int64_t* expected = expected_.data();
  for (int row = rows_ - 1; row >= 0; --row) {
    const int32_t coming = row > 0 ? streaming[row - 1] : *entering;
    const int64_t above = row > 0 ? expected[row - 1] : 0;
    expected[row] = inputs.drain ? above : expected_.wrap(expected[row] + int64_t{inputs.moving[row]} * coming);
    if (row + 1 < rows_) {
      streaming[row] = coming;
    }
  }
}

void ColumnChecksum::add_north(const OperandEdge& north) const {
  int32_t* sums = north_sum_.data();
  for (int column = columns_ - 1; column >= 0; --column) {
    const int32_t operand = north.valid[column] != 0 ? north.operand(column) : 0;
    const int32_t before = column > 0 ? sums[column - 1] : 0;
    sums[column] = north_sum_.wrap(int64_t{before} + int64_t{weight(weighted_, column)} * operand);
  }
}

void ColumnChecksum::add_south(const SumEdge& south) const {
  int64_t* sums = south_sum_.data();
  for (int column = columns_ - 1; column >= 0; --column) {
    const int64_t before = column > 0 ? sums[column - 1] : 0;
    sums[column] = south_sum_.wrap(before + weight(weighted_, column) * south.sum(column));
  }
}

}  // namespace faultline::hw
