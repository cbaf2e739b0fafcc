#pragma once

#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/systolic/grid_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// Where a field of the state table lies in the RTL.
struct MappedSignal {
  hw::StateField field;    ///< path, kind, width and dimensions of the model's field
  std::string module;      ///< the module that declares it
  std::string name;        ///< its name there
  std::string path;        ///< below the top module, one `[*]` for each dimension: "row[*].column[*].u_pe.psum"
  bool read_east = true;   ///< something reads the element of the last column
  bool read_south = true;  ///< something reads the element of the last row
};

/// A design in SystemVerilog and how its signals correspond to the state table.
struct Design {
  std::string top;  ///< name of the top module
  int rows;
  int columns;
  hw::Dataflow dataflow;
  std::vector<SourceFile> sources;    ///< SystemVerilog, modules before their users
  std::vector<MappedSignal> signals;  ///< in the order of the state table's fields
};

/// The grid of processing elements: modules systolic_multiplier, systolic_pe and systolic_grid.
/// Throws RtlError for a multiplier that such an array cannot have (multiplier_module).
Design grid_design(const hw::GridConfig& config);

/// The path of one element (row-major index), with indices in place of `[*]`.
std::string element_path(const MappedSignal& signal, size_t element);

}  // namespace faultline::rtl
