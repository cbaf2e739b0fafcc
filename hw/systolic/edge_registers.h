#pragma once

#include <cstring>
#include <string>

#include "hw/arithmetic/operand_format.h"
#include "hw/common/signed_array.h"
#include "hw/common/state_register.h"
#include "hw/systolic/column_map.h"
#include "hw/systolic/edge_vector.h"

namespace faultline::hw {

/// The registers of one edge of the grid, where a feeder puts its operands: `<path>.value`, `.valid`, `.control` per
/// lane.
class EdgeRegisters {
 public:
  EdgeRegisters(StateTable& table, const std::string& path, int lanes, OperandFormat format)
      : value(table, path + ".value", format.operand_bits, {lanes}),
        lanes_(lanes),
        valid_(table, path + ".valid", 1, {lanes}),
        control_(table, path + ".control", 1, {lanes}) {}

  /// Takes the read and control bits of the words that the lanes hold; the feeder writes `value` itself.
  void take_bits(const StateRegister<uint8_t>& read, const StateRegister<uint8_t>& control) const {
    std::memcpy(valid_.data(), read.data(), static_cast<size_t>(lanes_));
    std::memcpy(control_.data(), control.data(), static_cast<size_t>(lanes_));
  }

  /// Lanes whose column is not in use bring nothing.
  void drop_unused(const ColumnMap& columns) const {
    for (int lane = 0; lane < lanes_; ++lane) {
      if (!columns.in_use(lane)) {
        valid_.set(0, static_cast<size_t>(lane));
      }
    }
  }

  OperandEdge edge() const {
    OperandEdge edge(lanes_, value.element_bytes() > 1);
    const auto bytes = static_cast<size_t>(lanes_);
    std::memcpy(edge.value, value.raw(), edge.operands_bytes());
    std::memcpy(edge.valid, valid_.data(), bytes);
    std::memcpy(edge.control, control_.data(), bytes);
    return edge;
  }

  SignedArray value;

 private:
  int lanes_;
  StateRegister<uint8_t> valid_, control_;
};

}  // namespace faultline::hw
