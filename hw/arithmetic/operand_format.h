#pragma once

#include <cstdint>

namespace faultline::hw {

/// Widths of the numbers of one machine, in bits. All are signed, two's complement.
///
/// Operands of 12 and 16 bits take two bytes wherever bytes are stored, little-endian; of these, the operand is the low
/// bits. Their sums of 48 bits take eight bytes in the output buffer and in the parameter memory.
struct OperandFormat {
  int operand_bits = 8;  ///< 8, 12 or 16

  constexpr int product_bits() const { return 2 * operand_bits; }
  /// Of partial sums and accumulators.
  constexpr int sum_bits() const { return wide() ? 48 : 32; }
  /// Operands wider than a byte.
  constexpr bool wide() const { return operand_bits > 8; }
  /// Bytes of an operand and of a sum in memories that are addressed by bytes.
  constexpr int operand_bytes() const { return wide() ? 2 : 1; }
  constexpr int sum_bytes() const { return wide() ? 8 : 4; }
  /// The range of operands.
  constexpr int32_t lowest() const { return -(int32_t{1} << (operand_bits - 1)); }
  constexpr int32_t highest() const { return -lowest() - 1; }

  bool operator==(const OperandFormat& other) const { return operand_bits == other.operand_bits; }
  bool operator!=(const OperandFormat& other) const { return !(*this == other); }
};

}  // namespace faultline::hw
