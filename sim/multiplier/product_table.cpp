#include "sim/multiplier/product_table.h"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "sim/config/multiplier_option.h"
#include "sim/config/user_error.h"

namespace faultline::multiplier {
namespace {

/// Mean error of the bit patterns read with a signedness, relative to the mean product of that signedness: 0 for an
/// exact multiplier, 1 for one that always gives 0.
double relative_error(const ProductTable& table, bool is_signed) {
  ProductTable view;
  view.is_signed = is_signed;
  double error = 0;
  double magnitude = 0;
  for (int a = 0; a < ProductTable::kOperands; ++a) {
    for (int b = 0; b < ProductTable::kOperands; ++b) {
      const auto pattern = static_cast<uint16_t>(table.product(a, b));
      const int product = is_signed ? static_cast<int16_t>(pattern) : pattern;
      error += std::abs(product - view.exact(a, b));
      magnitude += std::abs(view.exact(a, b));
    }
  }
  return error / magnitude;
}

}  // namespace

ProductTable tabulate(const hw::GeneratedMultiplier& multiplier) {
  ProductTable table;
  table.name = multiplier.name();
  table.is_signed = multiplier.is_signed;
  const auto model = multiplier.model();
  for (int a = 0; a < ProductTable::kOperands; ++a) {
    for (int b = 0; b < ProductTable::kOperands; ++b) {
      table.products[static_cast<size_t>(a * ProductTable::kOperands + b)] =
          static_cast<int32_t>(model(table.operand(a), table.operand(b)));
    }
  }
  return table;
}

ProductTable read_product_table(const std::string& file, bool is_signed) {
  ProductTable table;
  table.name = file;
  table.is_signed = is_signed;
  table.products = config::read_product_entries(file, !is_signed);
  check_declared_type(table, file);
  return table;
}

void check_declared_type(const ProductTable& table, const std::string& where) {
  const int low = table.is_signed ? -32768 : 0;
  const int high = table.is_signed ? 32767 : 65535;
  const char* const declared = table.is_signed ? "signed" : "unsigned";
  const char* const other = table.is_signed ? "unsigned" : "signed";
  for (int a = 0; a < ProductTable::kOperands; ++a) {
    for (int b = 0; b < ProductTable::kOperands; ++b) {
      const int32_t product = table.product(a, b);
      if (product < low || product > high) {
        throw UserError(where, 0,
                        fmt::format("the product of {} and {} is {}, which no {} 8-bit multiplier gives",
                                    table.operand(a), table.operand(b), product, declared),
                        fmt::format("products must be {} to {}; is it {}?", low, high, other));
      }
    }
  }
  const double as_declared = relative_error(table, table.is_signed);
  const double as_other = relative_error(table, !table.is_signed);
  // An approximate multiplier is near the products of its own type; those of the other type are about as far away as 0.
  constexpr double kFarCloser = 2;
  if (as_declared > kFarCloser * as_other) {
    throw UserError(
        where, 0,
        fmt::format("read as {}, the products are off by {:.0f} % of the mean product; read as {}, by {:.1f} %",
                    declared, 100 * as_declared, other, 100 * as_other),
        fmt::format("declare it {}", other));
  }
}

}  // namespace faultline::multiplier
