#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/systolic/grid_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// Where a field of the state table lies in the RTL.
struct MappedSignal {
  hw::StateField field;  ///< path, kind, width and dimensions of the model's field
  std::string module;    ///< the module that declares it
  std::string name;      ///< its name there
  /// Below the top module, one `[*]` for each dimension: "row[*].column[*].u_pe.psum". Empty: the RTL has no such wire.
  std::string path;
  bool packed = false;     ///< one vector holds all elements, row-major from its lowest bits; `path` has no `[*]` then
  bool read_east = true;   ///< something reads the element of the last column
  bool read_south = true;  ///< something reads the element of the last row
};

/// The names of the top module's ports.
struct PinNames {
  std::string clock = "clock";
  std::string reset = "reset";
  std::string west_value = "west_value";
  std::string west_valid = "west_valid";
  std::string west_control = "west_control";  ///< not in output-stationary
  std::string north_value = "north_value";
  std::string north_valid = "north_valid";
  std::string north_control = "north_control";  ///< not in output-stationary
  std::string drain = "drain";                  ///< only in output-stationary
  std::string south_sum = "south_sum";
};

/// How the top module is reset.
struct ResetRule {
  bool active_low = false;
  int cycles = 1;  ///< edges after which every register is 0
};

/// A design in SystemVerilog and how its signals correspond to the state table.
struct Design {
  std::string top;  ///< name of the top module
  int rows;
  int columns;
  hw::Dataflow dataflow;
  std::vector<SourceFile> sources;    ///< SystemVerilog, modules before their users
  std::vector<MappedSignal> signals;  ///< in the order of the state table's fields
  PinNames pins = {};
  ResetRule reset = {};
  std::vector<std::pair<std::string, int64_t>> parameters = {};  ///< of the top module, where they differ from its own
};

/// The grid of processing elements: modules systolic_multiplier, systolic_pe and systolic_grid.
/// Throws RtlError for a multiplier that such an array cannot have (multiplier_module).
Design grid_design(const hw::GridConfig& config);

/// The path of one element (row-major index), with indices in place of `[*]`, or of the vector that holds it.
std::string element_path(const MappedSignal& signal, size_t element);

}  // namespace faultline::rtl
