#include "rtl/testbench/observed_signal.h"

#include <cctype>

#include <fmt/format.h>

namespace faultline::rtl {
namespace {

std::string member(const ObservedSignal& signal) {
  std::string name = signal.name;
  for (char& symbol : name) {
    if (std::isalnum(static_cast<unsigned char>(symbol)) == 0) {
      symbol = '_';
    }
  }
  return name;
}

}  // namespace

std::string member_lines(const std::vector<ObservedSignal>& signals) {
  std::string lines;
  for (const ObservedSignal& signal : signals) {
    const std::string type = signal.bits == 1 ? "logic" : fmt::format("logic [{}:0]", signal.bits - 1);
    lines += fmt::format("    {:<13} {};\n", type, member(signal));
  }
  return lines;
}

std::string assignment_lines(const std::vector<ObservedSignal>& signals) {
  std::string lines;
  for (const ObservedSignal& signal : signals) {
    lines += fmt::format("  assign observed.{} = {};\n", member(signal), signal.expression);
  }
  return lines;
}

std::string comparison_lines(const std::vector<ObservedSignal>& signals) {
  std::string lines;
  for (const ObservedSignal& signal : signals) {
    lines += fmt::format(
        "      {0}if (observed.{1} !== expected.{1}) begin\n"
        "        $display(\"FAIL: cycle %0d: {2} is %h, expected %h\", cycle, observed.{1}, expected.{1});\n",
        lines.empty() ? "" : "end else ", member(signal), signal.name);
  }
  return lines + "      end\n";
}

std::string recorded_word(const std::vector<ObservedSignal>& signals) {
  BitLine line;
  for (const ObservedSignal& signal : signals) {
    signal.record(line);
  }
  return line.hexadecimal();
}

}  // namespace faultline::rtl
