#include <algorithm>
#include <filesystem>
#include <regex>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/multiplier/circuit_ports.h"
#include "sim/multiplier/circuit_source.h"
#include "sim/process/child_process.h"
#include "sim/process/tool_run.h"

namespace faultline::multiplier {
namespace {

/// The ports of the Verilated module, in the order of its declaration, from the header that Verilator wrote.
std::vector<CircuitPort> ports_of(const std::string& header) {
  static const std::regex kPort(R"(VL_(IN|OUT|INOUT)(8|16|64|W)?\(&(\w+),(\d+),(\d+))");
  std::vector<CircuitPort> ports;
  for (std::sregex_iterator match(header.begin(), header.end(), kPort), end; match != end; ++match) {
    ports.push_back({(*match)[3], std::stoi((*match)[4]) - std::stoi((*match)[5]) + 1, (*match)[1] == "IN"});
  }
  return ports;
}

/// Writes all products as 64-bit words to the file `products`.
std::string harness(const MultiplierPorts& ports, bool is_signed) {
  const std::string operand = is_signed ? "(i > 127 ? i - 256 : i)" : "i";
  return fmt::format(R"(#include <cstdint>
#include <cstdio>
#include "Vcircuit.h"
static uint32_t operand(int i) {{ return static_cast<uint32_t>({0}) & {1}u; }}
int main() {{
  VerilatedContext context;
  Vcircuit circuit{{&context}};
  std::FILE* products = std::fopen("products", "wb");
  for (int a = 0; a < 256; ++a) {{
    for (int b = 0; b < 256; ++b) {{
      circuit.{2} = operand(a);
      circuit.{3} = operand(b);
      circuit.eval();
      const int64_t product = circuit.{4};
      std::fwrite(&product, sizeof product, 1, products);
    }}
  }}
  return std::fclose(products);
}}
)",
                     operand, (1 << ports.operand_bits) - 1, ports.a, ports.b, ports.product);
}

/// A copy, so that the user's file name cannot be taken for an option or a tool's own name.
void copy_into(const process::ScratchFolder& folder, const std::string& file, const std::string& name) {
  folder.write(name, process::read_text(file));
}

ProductTable tabulate_verilog(const CircuitDescription& circuit) {
  process::require_tool("verilator", circuit.file);
  const process::ScratchFolder folder;
  const std::filesystem::path path = std::filesystem::absolute(circuit.file);
  const std::string copy = "circuit" + path.extension().string();
  copy_into(folder, circuit.file, copy);
  const std::vector<std::string> verilator = [&] {
    std::vector<std::string> words = {"verilator",
                                      "--cc",
                                      "--no-timing",
                                      "-Wno-fatal",
                                      "-Wno-lint",
                                      "-Wno-style",
                                      "--prefix",
                                      "Vcircuit",
                                      "--Mdir",
                                      "obj",
                                      "-I" + path.parent_path().string()};
    if (!circuit.top.empty()) {
      words.insert(words.end(), {"--top-module", circuit.top});
    }
    return words;
  }();
  std::vector<std::string> translate = verilator;
  translate.push_back(copy);
  process::run_tool(translate, folder.path(), kCompileLimit, circuit.file, "Verilator does not accept it");
  const MultiplierPorts ports =
      multiplier_ports(ports_of(process::read_text(folder.path() / "obj" / "Vcircuit.h")), circuit.file);

  folder.write("main.cpp", harness(ports, circuit.is_signed));
  std::vector<std::string> build = verilator;
  build.insert(build.end(),
               {"--exe", "--build", "-MAKEFLAGS", "OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O0", copy, "main.cpp"});
  process::run_tool(build, folder.path(), kCompileLimit, circuit.file, "its Verilated model cannot be built");
  process::run_tool({"./obj/Vcircuit"}, folder.path(), kTabulateLimit, circuit.file, "its Verilated model fails");
  return table_of_words(process::read_text(folder.path() / "products"), ports.product_bits, circuit);
}

const CircuitSourceRegistration kRegistration{
    {{".v", ".sv"}, "a combinational Verilog module, Verilated and tabulated", tabulate_verilog}};

}  // namespace
}  // namespace faultline::multiplier
