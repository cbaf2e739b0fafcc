#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/systolic/accelerator_config.h"
#include "hw/systolic/grid_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// Where a field of the state table lies in the RTL.
struct MappedSignal {
  hw::StateField field;  ///< path, kind, width and dimensions of the model's field
  std::string module;    ///< the module that declares it
  std::string name;      ///< its name there
  /// Below the top module, one `[*]` for each dimension: "row[*].column[*].u_pe.psum". A memory's last `[*]` is its
  /// word. Empty: the RTL has no such wire.
  std::string path;
  bool packed = false;    ///< one vector holds all elements, row-major from its lowest bits; `path` has no `[*]` then
  bool reversed = false;  ///< the RTL's indices come in the opposite order of the model's
  int banks = 0;          ///< > 0: a memory in so many parts, word i in part i mod banks; the path has one `[*]` more
  int ones = 0;           ///< > 0: bits of which more than about so many that are 1 hide what other registers do
  std::vector<size_t> unread = {};  ///< elements (row-major) that nothing reads, such as operands that leave the grid

  bool is_wire() const { return field.kind == hw::StateKind::kWire; }
};

/// A port of the top module.
struct Pin {
  std::string name;  ///< in the generated design
  int bits;
  std::string port = name;  ///< in this design
};

/// How the top module is reset.
struct ResetRule {
  bool active_low = false;
  int cycles = 1;  ///< edges after which every register is 0
};

/// A design in SystemVerilog and how its signals correspond to the state table.
struct Design {
  /// What was generated, by name: what the state map says before its signals.
  using Configuration = std::vector<std::pair<std::string, std::variant<int, std::string>>>;

  std::string top;          ///< name of the top module
  std::string title;        ///< "Systolic array"
  std::string description;  ///< its configuration in a few words, as the README begins
  std::string size;         ///< the same as a part of file names
  std::string contract;     ///< the page with the registers' next values
  Configuration configuration;
  std::vector<SourceFile> sources;    ///< SystemVerilog, modules before their users
  std::vector<MappedSignal> signals;  ///< in the order of the state table's fields
  std::vector<Pin> inputs;            ///< without clock and reset
  std::vector<Pin> outputs;
  Pin clock_pin = {"clock", 1};
  Pin reset_pin = {"reset", 1};
  ResetRule reset = {};
  std::vector<std::pair<std::string, int64_t>> parameters = {};  ///< of the top module, where they differ from its own
  /// Modules between the top module and those with wires that may have several instances.
  std::vector<std::string> above_wires = {};
  int longest_loop = 0;  ///< passes of the longest loop that a tool must unroll
};

/// The grid of processing elements: modules systolic_multiplier, systolic_pe and systolic_grid.
/// Throws RtlError for a multiplier that such an array cannot have (multiplier_module).
Design grid_design(const hw::GridConfig& config);

/// The whole accelerator: the grid and module systolic_accelerator around it (accelerator_modules.h).
/// Throws RtlError for a configuration that the RTL does not model.
Design accelerator_design(const hw::AcceleratorConfig& config);

/// The port of the accelerator on which the neuron unit asks for a layer's commands again, where it does.
constexpr const char* kRepeatPin = "repeat_request";

/// True for a port on which a protection unit tells what it found (`<unit>_report`).
bool is_report(const Pin& pin);
/// The unit of such a port.
std::string report_unit(const Pin& pin);

/// The path of one element (row-major index), with indices in place of `[*]`, or of the vector that holds it.
std::string element_path(const MappedSignal& signal, size_t element);

}  // namespace faultline::rtl
