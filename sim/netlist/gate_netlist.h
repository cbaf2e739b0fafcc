#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace faultline::netlist {

/// A net of a gate netlist: one bit.
using Net = size_t;

/// What a gate computes of its inputs a, b and, for a multiplexer, s (s ? b : a).
enum class GateKind { kBuffer, kNot, kAnd, kNand, kOr, kNor, kXor, kXnor, kAndNot, kOrNot, kMultiplexer };

/// A gate that drives one net.
struct Gate {
  GateKind kind;
  std::array<Net, 3> inputs;  ///< as many as the kind reads, then 0
  Net output;
};

/// Yosys' name of the gate, such as "$_NAND_".
const char* cell_name(GateKind kind);

/// How many of Gate::inputs the kind reads.
int input_count(GateKind kind);

/// CMOS transistors of a gate as Yosys' `stat -tech cmos` counts them, by those of a NAND of two inputs (4).
double gate_equivalents(GateKind kind);

/// A port of the module, lowest bit first.
struct Port {
  std::string name;
  bool input;
  std::vector<Net> nets;
};

/// A net that is held at a value, whatever drives it.
struct StuckNet {
  Net net;
  bool value;
};

/// A combinational circuit of simple gates, evaluated for 64 patterns at a time.
class GateNetlist {
 public:
  /// One word for each net; bit i belongs to pattern i.
  using Values = std::vector<uint64_t>;

  /// Reads what Yosys' write_json gives for a flattened module after `abc -g` (gate_commands()). Throws UserError at
  /// `where` for a circuit that holds a register, a loop, or anything else that is no simple gate.
  GateNetlist(const std::string& yosys_json, const std::string& where);

  const std::vector<Port>& ports() const { return ports_; }
  /// In an order in which every gate comes after those that drive its inputs.
  const std::vector<Gate>& gates() const { return gates_; }
  /// By net; "product[3]" where the source names it, else "n" and Yosys' number of the net. The first two nets are the
  /// constants 0 and 1, "0" and "1".
  const std::vector<std::string>& net_names() const { return names_; }
  std::optional<Net> find_net(const std::string& name) const;

  /// Settles all nets from the inputs' words in `values`, which has one word for each net.
  void evaluate(Values& values, const std::optional<StuckNet>& stuck = {}) const;

 private:
  void sort_gates(const std::string& where);

  std::vector<Port> ports_;
  std::vector<Gate> gates_;
  std::vector<std::string> names_;
};

/// The Yosys command that chooses the top module; throws UserError for a name that is none.
std::string hierarchy_command(const std::string& top);

/// Yosys commands that make simple gates of a module that has been read. `top` may be empty: the module that no other
/// contains.
std::string gate_commands(const std::string& top);

/// Runs Yosys. `where` names the circuit in messages. Throws UserError when Yosys is missing or refuses it.
GateNetlist synthesize_gates(const std::string& systemverilog, const std::string& top, const std::string& where);

}  // namespace faultline::netlist
