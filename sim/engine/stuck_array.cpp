#include "sim/engine/stuck_array.h"

#include <algorithm>
#include <map>
#include <string>

namespace faultline::engine {
namespace {

/// The part of an element's own registers and wire that a field is.
using Member = StuckBits StuckElement::*;

std::map<size_t, Member> members(const hw::StateTable& table, const hw::GridConfig& grid) {
  const bool weights_move = grid.dataflow == hw::Dataflow::kInputStationary;
  const bool output_stationary = grid.dataflow == hw::Dataflow::kOutputStationary;
  const std::map<std::string, Member> by_name = {
      {"product", &StuckElement::product},
      {weights_move ? "weight" : "activation", &StuckElement::eastward},
      {weights_move ? "activation" : "weight", &StuckElement::other},
      {output_stationary ? "accumulator" : "psum", &StuckElement::sum},
  };
  std::map<size_t, Member> fields;
  for (const auto& [name, member] : by_name) {
    fields.emplace(table.field_index("array.pe[*][*]." + name), member);
  }
  return fields;
}

bool permanent(const hw::Fault& fault) {
  return fault.model != hw::FaultModel::kFlip && fault.start == 0 && fault.duration == 0 && fault.period == 0;
}

/// False when a bit would be stuck at both values.
bool stick(StuckBits& bits, const hw::Fault& fault) {
  const auto mask = static_cast<uint32_t>(fault.mask);
  const uint32_t set = fault.model == hw::FaultModel::kStuckAt1 ? mask : 0;
  if (((bits.set ^ set) & ~bits.keep & mask) != 0) {
    return false;
  }
  bits.keep &= ~mask;
  bits.set |= set;
  return true;
}

}  // namespace

std::optional<StuckArray> StuckArray::of(const std::vector<hw::Fault>& faults, const hw::StateTable& table,
                                         const hw::GridConfig& grid) {
  const std::map<size_t, Member> fields = members(table, grid);
  std::vector<StuckElement> registers(static_cast<size_t>(grid.rows) * static_cast<size_t>(grid.columns));
  for (const hw::Fault& fault : faults) {
    const auto field = fields.find(fault.site.field);
    if (field == fields.end() || !permanent(fault) || !stick(registers[fault.site.element].*field->second, fault)) {
      return std::nullopt;
    }
  }
  return StuckArray(grid, registers);
}

StuckArray::StuckArray(const hw::GridConfig& grid, const std::vector<StuckElement>& registers)
    : rows_(grid.rows),
      columns_(grid.columns),
      output_stationary_(grid.dataflow == hw::Dataflow::kOutputStationary),
      elements_(registers),
      wrong_products_(static_cast<size_t>(grid.rows)) {
  pass_operands(registers);
  list_columns();
  find_residue(registers);
}

/// Operands that move have come through the registers to the west, or to the north.
void StuckArray::pass_operands(const std::vector<StuckElement>& registers) {
  for (int row = 0; row < rows_; ++row) {
    for (int column = 0; column < columns_; ++column) {
      const auto west = static_cast<size_t>(row) * static_cast<size_t>(columns_) + static_cast<size_t>(column) - 1;
      StuckElement& here = place(row, column);
      here.eastward = column == 0 ? StuckBits() : place(row, column - 1).eastward.then(registers[west].eastward);
      if (output_stationary_) {
        const size_t north = west + 1 - static_cast<size_t>(columns_);
        here.other = row == 0 ? StuckBits() : place(row - 1, column).other.then(registers[north].other);
      }
    }
  }
}

void StuckArray::list_columns() {
  for (int column = 0; column < columns_; ++column) {
    const auto stuck_sum = [&](int row) { return element(row, column).sum.any(); };
    bool follow = false;
    for (int row = 0; row < rows_; ++row) {
      follow = follow || stuck_sum(row);
    }
    if (follow) {
      wrong_sums_.push_back(column);
      continue;
    }
    for (int row = 0; row < rows_; ++row) {
      if (element(row, column).multiplies_wrong()) {
        wrong_products_[static_cast<size_t>(row)].push_back(column);
      }
    }
  }
}

void StuckArray::find_residue(const std::vector<StuckElement>& registers) {
  for (const StuckElement& own : registers) {
    const bool moving = own.eastward.set != 0 || (output_stationary_ && own.other.set != 0);
    leaves_residue_ = leaves_residue_ || moving || own.sum.set != 0;
    stuck_stationary_ = stuck_stationary_ || (!output_stationary_ && own.other.any());
  }
}

int32_t StuckArray::empty_accumulator(int row, int column, bool fresh) const {
  int32_t sum = 0;
  for (int above = fresh ? row : 0; above <= row; ++above) {
    sum = element(above, column).sum.of_sum(sum);
  }
  return sum;
}

int32_t StuckArray::drained(int row, int column, int32_t sum) const {
  for (int below = row + 1; below < rows_; ++below) {
    sum = element(below, column).sum.of_sum(sum);
  }
  return sum;
}

}  // namespace faultline::engine
