#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/user_error.h"
#include "sim/multiplier/c_functions.h"
#include "sim/multiplier/circuit_source.h"
#include "sim/process/child_process.h"
#include "sim/process/tool_run.h"

namespace faultline::multiplier {
namespace {

/// The function asked for, or the only one of two operands.
CFunction multiplier_function(const CircuitDescription& circuit, const std::string& source) {
  std::vector<CFunction> fitting;
  std::vector<std::string> names;
  for (const CFunction& function : c_functions(source)) {
    if (function.parameters.size() == 2 && (circuit.top.empty() || function.name == circuit.top)) {
      fitting.push_back(function);
      names.push_back(function.name);
    }
  }
  if (fitting.empty()) {
    throw UserError(circuit.file, 0,
                    circuit.top.empty() ? "defines no function of two operands"
                                        : fmt::format("defines no function '{}' of two operands", circuit.top),
                    "give C with a function PRODUCT NAME(A, B)");
  }
  if (fitting.size() > 1) {
    throw UserError(circuit.file, 0,
                    fmt::format("defines several functions of two operands: {}", fmt::join(names, ", ")),
                    "name one with --top");
  }
  return fitting.front();
}

/// Writes all products as 64-bit words to the file `products`. Its own names cannot hide the circuit's.
std::string harness(const CFunction& function, bool is_signed) {
  const std::string operand = is_signed ? "(i > 127 ? i - 256 : i)" : "i";
  const auto lower = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
  };
  // Some published models take (B, A).
  const bool exchanged = lower(function.parameters[0]) == "b" && lower(function.parameters[1]) == "a";
  return fmt::format(R"(#include <stdint.h>
#include <stdio.h>
#define main circuit_main
#include "circuit.c"
#undef main
static int faultline_operand(int i) {{ return {0}; }}
int main(void) {{
  FILE* faultline_file = fopen("products", "wb");
  for (int faultline_a = 0; faultline_a < 256; ++faultline_a) {{
    for (int faultline_b = 0; faultline_b < 256; ++faultline_b) {{
      const int64_t faultline_product =
          (int64_t){1}(faultline_operand(faultline_{2}), faultline_operand(faultline_{3}));
      fwrite(&faultline_product, sizeof faultline_product, 1, faultline_file);
    }}
  }}
  return fclose(faultline_file);
}}
)",
                     operand, function.name, exchanged ? "b" : "a", exchanged ? "a" : "b");
}

ProductTable tabulate_c(const CircuitDescription& circuit) {
  process::require_tool("cc", circuit.file);
  const std::string source = process::read_text(circuit.file);
  const CFunction function = multiplier_function(circuit, source);
  const process::ScratchFolder folder;
  folder.write("circuit.c", source);
  folder.write("harness.c", harness(function, circuit.is_signed));
  const std::string include = "-I" + std::filesystem::absolute(circuit.file).parent_path().string();
  process::run_tool({"cc", "-O1", "-w", include, "-o", "tabulate", "harness.c"}, folder.path(), kCompileLimit,
                    circuit.file, "the C compiler does not accept it");
  process::run_tool({"./tabulate"}, folder.path(), kTabulateLimit, circuit.file, "the compiled function fails");
  return table_of_words(process::read_text(folder.path() / "products"), 2 * circuit.bits, circuit);
}

const CircuitSourceRegistration kRegistration{
    {{".c"}, "a C function of two operands, compiled and tabulated", tabulate_c}};

}  // namespace
}  // namespace faultline::multiplier
