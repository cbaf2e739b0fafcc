#include "sim/engine/stuck_array.h"

#include <algorithm>
#include <map>
#include <string>

namespace faultline::engine {
namespace {

template <typename Code>
using Stick = bool (*)(StuckElement<Code>& element, const hw::Fault& fault, int width);

template <typename Code, auto kMember>
bool stick_in(StuckElement<Code>& element, const hw::Fault& fault, int width) {
  return stick(element.*kMember, fault, width);
}

/// By field, the part of an element that it is.
template <typename Code>
std::map<size_t, Stick<Code>> parts(const hw::StateTable& table, const hw::GridConfig& grid) {
  const bool weights_move = grid.dataflow == hw::Dataflow::kInputStationary;
  const bool output_stationary = grid.dataflow == hw::Dataflow::kOutputStationary;
  using Element = StuckElement<Code>;
  const std::map<std::string, Stick<Code>> by_name = {
      {"product", stick_in<Code, &Element::product>},
      {weights_move ? "weight" : "activation", stick_in<Code, &Element::eastward>},
      {weights_move ? "activation" : "weight", stick_in<Code, &Element::other>},
      {output_stationary ? "accumulator" : "psum", stick_in<Code, &Element::sum>},
  };
  std::map<size_t, Stick<Code>> fields;
  for (const auto& [name, part] : by_name) {
    fields.emplace(table.field_index("array.pe[*][*]." + name), part);
  }
  return fields;
}

}  // namespace

template <typename Code>
std::optional<StuckArray<Code>> StuckArray<Code>::of(const std::vector<hw::Fault>& faults, const hw::StateTable& table,
                                                     const hw::GridConfig& grid) {
  const std::map<size_t, Stick<Code>> fields = parts<Code>(table, grid);
  std::vector<Element> registers(static_cast<size_t>(grid.rows) * static_cast<size_t>(grid.columns));
  for (const hw::Fault& fault : faults) {
    const auto field = fields.find(fault.site.field);
    if (field == fields.end() || !is_permanent(fault) ||
        !field->second(registers[fault.site.element], fault, table.fields()[field->first].bits)) {
      return std::nullopt;
    }
  }
  return StuckArray(grid, registers);
}

template <typename Code>
StuckArray<Code>::StuckArray(const hw::GridConfig& grid, const std::vector<Element>& registers)
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
template <typename Code>
void StuckArray<Code>::pass_operands(const std::vector<Element>& registers) {
  for (int row = 0; row < rows_; ++row) {
    for (int column = 0; column < columns_; ++column) {
      const auto west = static_cast<size_t>(row) * static_cast<size_t>(columns_) + static_cast<size_t>(column) - 1;
      Element& here = place(row, column);
      here.eastward =
          column == 0 ? typename Element::Operand() : place(row, column - 1).eastward.then(registers[west].eastward);
      if (output_stationary_) {
        const size_t north = west + 1 - static_cast<size_t>(columns_);
        here.other = row == 0 ? typename Element::Operand() : place(row - 1, column).other.then(registers[north].other);
      }
    }
  }
}

template <typename Code>
void StuckArray<Code>::list_columns() {
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

template <typename Code>
void StuckArray<Code>::find_residue(const std::vector<Element>& registers) {
  for (const Element& own : registers) {
    const bool moving = own.eastward.set != 0 || (output_stationary_ && own.other.set != 0);
    leaves_residue_ = leaves_residue_ || moving || own.sum.set != 0;
    stuck_stationary_ = stuck_stationary_ || (!output_stationary_ && own.other.any());
  }
}

template <typename Code>
SumOf<Code> StuckArray<Code>::empty_accumulator(int row, int column, bool fresh) const {
  Sum sum = 0;
  for (int above = fresh ? row : 0; above <= row; ++above) {
    sum = element(above, column).sum.of(sum);
  }
  return sum;
}

template <typename Code>
SumOf<Code> StuckArray<Code>::drained(int row, int column, Sum sum) const {
  for (int below = row + 1; below < rows_; ++below) {
    sum = element(below, column).sum.of(sum);
  }
  return sum;
}

template class StuckArray<int8_t>;
template class StuckArray<int16_t>;

}  // namespace faultline::engine
