#include "rtl/testbench/observed_signal.h"

#include <cctype>

#include <fmt/format.h>

#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kChecks = R"(  typedef struct packed {
@members@  } observed_t;

  observed_t observed;
@assignments@
  logic [$bits(observed_t)-1:0] expected_cycles [0:CYCLES-1];

  task automatic check_cycle(input int cycle);
    observed_t expected;
    expected = expected_cycles[cycle];
    if (observed !== expected) begin
@comparisons@      $fatal(1, "the design differs from the model");
    end
  endtask

)";

std::string member(const ObservedSignal& signal) {
  std::string name = signal.name;
  for (char& symbol : name) {
    if (std::isalnum(static_cast<unsigned char>(symbol)) == 0) {
      symbol = '_';
    }
  }
  return name;
}

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

}  // namespace

void observe_ends(const MappedSignal& signal, const hw::StateTable& table, std::vector<ObservedSignal>& signals) {
  const size_t field = table.field_index(signal.field.path);
  const int bits = signal.field.bits;
  const size_t last = signal.field.element_count() - 1;
  for (const size_t element : {size_t{0}, last}) {
    const hw::Site site{field, element};
    const std::string place = element_path(signal, element);
    signals.push_back(
        {place, "u_dut." + place, bits, [&table, site, bits](BitLine& line) { line.append(table.peek(site), bits); }});
    if (last == 0) {
      break;
    }
  }
}

std::string checking_text(const std::vector<ObservedSignal>& signals) {
  return fill_template(kChecks, {{"members", member_lines(signals)},
                                 {"assignments", assignment_lines(signals)},
                                 {"comparisons", comparison_lines(signals)}});
}

std::string recorded_word(const std::vector<ObservedSignal>& signals) {
  BitLine line;
  for (const ObservedSignal& signal : signals) {
    signal.record(line);
  }
  return line.hexadecimal();
}

}  // namespace faultline::rtl
