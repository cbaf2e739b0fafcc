#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/multipliers/family.h"

namespace faultline::multiplier {

/// All 65,536 products of an 8-bit multiplier, operands and products both signed or both unsigned.
struct ProductTable {
  static constexpr int kOperands = 256;
  static constexpr size_t kEntries = size_t{kOperands} * kOperands;

  std::string name;
  bool is_signed = true;
  /// Row-major [a][b] by operand bytes 0 to 255; each fits 16 bits of the declared type.
  std::vector<int32_t> products = std::vector<int32_t>(kEntries);

  /// The number that an operand byte stands for.
  int operand(int byte) const { return is_signed && byte > 127 ? byte - kOperands : byte; }
  int32_t product(int a, int b) const { return products[static_cast<size_t>(a * kOperands + b)]; }
  int32_t exact(int a, int b) const { return operand(a) * operand(b); }
  int32_t error(int a, int b) const { return product(a, b) - exact(a, b); }
};

/// The table of a generated 8-bit multiplier; a is the activation.
ProductTable tabulate(const hw::GeneratedMultiplier& multiplier);

/// Reads a table file (config::read_product_entries). Throws UserError, also for a product that the type cannot hold.
ProductTable read_product_table(const std::string& file, bool is_signed);

/// Throws UserError at `where` for the first product that 16 bits of the declared type cannot hold, and where the
/// products are far closer to a multiplier of the other signedness: then the declared one must be wrong.
void check_declared_type(const ProductTable& table, const std::string& where);

}  // namespace faultline::multiplier
