#pragma once

#include <cstdint>
#include <string>

namespace faultline::hw {

/// Mitchell's product of unsigned operands: the antilogarithm of the sum of both logarithms, each approximated as
/// log2(2^k (1 + x)) = k + x, and 2^(k + x) = 2^k (1 + x). It is a whole number; 0 if an operand is 0.
uint64_t mitchell_product(uint64_t a, uint64_t w, int bits);

/// SystemVerilog that declares and drives, for operand `name`, <name>_position (of its leading one) and <name>_fraction
/// (`bits` - 1 bits: what follows the leading one, from the most significant bit on).
std::string logarithm_text(const std::string& name, int bits);

/// SystemVerilog that drives p with the antilogarithm of `characteristic` (one bit more than a position) and
/// `fraction`, or 0 if an operand is 0.
std::string antilogarithm_text(int bits);

}  // namespace faultline::hw
