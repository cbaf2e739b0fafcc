#include <algorithm>
#include <cctype>
#include <chrono>

#include <fmt/format.h>

#include "sim/config/user_error.h"
#include "sim/netlist/gate_netlist.h"
#include "sim/process/child_process.h"
#include "sim/process/tool_run.h"

namespace faultline::netlist {
namespace {

constexpr auto kLimit = std::chrono::minutes(5);

/// A module's name goes into Yosys' script, where anything else could be a command.
void check_top(const std::string& top) {
  const bool good =
      std::all_of(top.begin(), top.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if (!good) {
    throw UserError("--top", 0, fmt::format("'{}' is no name of a module", top), "give letters, digits and _");
  }
}

}  // namespace

std::string hierarchy_command(const std::string& top) {
  check_top(top);
  return fmt::format("hierarchy -check {}\n", top.empty() ? "-auto-top" : "-top " + top);
}

std::string gate_commands(const std::string& top) {
  return hierarchy_command(top) + "synth -flatten\nabc -g AND,NAND,OR,NOR,XOR,XNOR,MUX,ANDNOT,ORNOT\nopt_clean\n";
}

GateNetlist synthesize_gates(const std::string& systemverilog, const std::string& top, const std::string& where) {
  process::require_tool("yosys", where);
  const process::ScratchFolder folder;
  folder.write("circuit.sv", systemverilog);
  folder.write("gates.ys", "read_verilog -sv circuit.sv\n" + gate_commands(top) + "write_json gates.json\n");
  process::run_tool({"yosys", "-q", "-s", "gates.ys"}, folder.path(), kLimit, where, "Yosys does not accept it");
  return {process::read_text(folder.path() / "gates.json"), where};
}

}  // namespace faultline::netlist
