#include "hw/multipliers/statement_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace faultline::hw {

std::string zeros_then(int count) {
  return count == 0 ? "" : fmt::format("{}'b0, ", count);
}

std::string then_zeros(int count) {
  return count == 0 ? "" : fmt::format(", {}'b0", count);
}

std::string by_leading_one(const std::string& operand, int bits, int lowest,
                           const std::function<std::string(int position)>& statements, const std::string& otherwise) {
  std::string text = fmt::format("  always_comb begin\n    casez ({})\n", operand);
  for (int position = bits - 1; position >= lowest; --position) {
    text +=
        fmt::format("      {}'b{}1{}: begin {} end\n", bits, std::string(static_cast<size_t>(bits - 1 - position), '0'),
                    std::string(static_cast<size_t>(position), '?'), statements(position));
  }
  return text + fmt::format("      default: begin {} end\n    endcase\n  end\n", otherwise);
}

std::string leading_one_position(const std::string& operand, const std::string& position, int bits) {
  const int width = count_bits(bits - 1);
  const auto value = [&](int number) { return fmt::format("{} = {}'d{};", position, width, number); };
  return fmt::format("  logic [{}:0] {};\n", width - 1, position) + by_leading_one(operand, bits, 1, value, value(0));
}

std::string deliberately_unused(const std::vector<std::string>& names) {
  return fmt::format("  logic unused;\n  assign unused = ^{{{}}};\n", fmt::join(names, ", "));
}

int count_bits(int highest) {
  int bits = 1;
  while ((highest >> bits) != 0) {
    ++bits;
  }
  return bits;
}

}  // namespace faultline::hw
