#pragma once

#include <functional>
#include <string>
#include <vector>

namespace faultline::hw {

/// Pieces of SystemVerilog that several families share. All are statements, indented by two blanks.

/// `count` zero bits for a concatenation, with a separator behind (`before`: in front): "3'b0, "; empty for none.
std::string zeros_then(int count);
std::string then_zeros(int count);

/// A combinational choice by the leading one of `operand` (`bits` wide): for each position from the top down to
/// `lowest`, what `statements(position)` says; where the leading one is lower or absent, `otherwise`.
std::string by_leading_one(const std::string& operand, int bits, int lowest,
                           const std::function<std::string(int position)>& statements, const std::string& otherwise);

/// Declares `position` and drives it with the position of the leading one of `operand` (0 where there is none).
std::string leading_one_position(const std::string& operand, const std::string& position, int bits);

/// Reads `names` into a signal that lint takes as deliberately unused: bits that a circuit leaves out.
std::string deliberately_unused(const std::vector<std::string>& names);

/// Bits that count 0 to `highest`.
int count_bits(int highest);

}  // namespace faultline::hw
