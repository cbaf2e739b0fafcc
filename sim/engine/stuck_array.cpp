#include "sim/engine/stuck_array.h"

#include <algorithm>
#include <map>
#include <string>

namespace faultline::engine {
namespace {

using Stick = bool (*)(StuckElement& element, const hw::Fault& fault);

template <auto kMember>
bool stick_in(StuckElement& element, const hw::Fault& fault) {
  return stick(element.*kMember, fault);
}

/// By field, the part of an element that it is.
std::map<size_t, Stick> parts(const hw::StateTable& table, const hw::GridConfig& grid) {
  const bool weights_move = grid.dataflow == hw::Dataflow::kInputStationary;
  const bool output_stationary = grid.dataflow == hw::Dataflow::kOutputStationary;
  const std::map<std::string, Stick> by_name = {
      {"product", stick_in<&StuckElement::product>},
      {weights_move ? "weight" : "activation", stick_in<&StuckElement::eastward>},
      {weights_move ? "activation" : "weight", stick_in<&StuckElement::other>},
      {output_stationary ? "accumulator" : "psum", stick_in<&StuckElement::sum>},
  };
  std::map<size_t, Stick> fields;
  for (const auto& [name, part] : by_name) {
    fields.emplace(table.field_index("array.pe[*][*]." + name), part);
  }
  return fields;
}

}  // namespace

std::optional<StuckArray> StuckArray::of(const std::vector<hw::Fault>& faults, const hw::StateTable& table,
                                         const hw::GridConfig& grid) {
  const std::map<size_t, Stick> fields = parts(table, grid);
  std::vector<StuckElement> registers(static_cast<size_t>(grid.rows) * static_cast<size_t>(grid.columns));
  for (const hw::Fault& fault : faults) {
    const auto field = fields.find(fault.site.field);
    if (field == fields.end() || !is_permanent(fault) || !field->second(registers[fault.site.element], fault)) {
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
      here.eastward =
          column == 0 ? StuckBits<uint8_t>() : place(row, column - 1).eastward.then(registers[west].eastward);
      if (output_stationary_) {
        const size_t north = west + 1 - static_cast<size_t>(columns_);
        here.other = row == 0 ? StuckBits<uint8_t>() : place(row - 1, column).other.then(registers[north].other);
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
        wrong_products_[static_cast<size_t>(row)].push_back({column, element(row, column)});
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
    sum = element(above, column).sum.of(sum);
  }
  return sum;
}

int32_t StuckArray::drained(int row, int column, int32_t sum) const {
  for (int below = row + 1; below < rows_; ++below) {
    sum = element(below, column).sum.of(sum);
  }
  return sum;
}

}  // namespace faultline::engine
