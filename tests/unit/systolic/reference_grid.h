#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "hw/systolic/grid_config.h"
#include "tests/support/grid_stimulus.h"

namespace faultline::test {

/// The grid once more, written straight from docs/hardware.md and the fault model: every register by its name, old
/// state and new state apart, nothing shared with the implementations under test.
class ReferenceGrid {
 public:
  explicit ReferenceGrid(const hw::GridConfig& config);

  /// Faults strike the field "array.pe[*][*].<name>"; `path` is that of fault.site in the table under test.
  void arm(const std::string& path, const hw::Fault& fault) { faults_.push_back({name_of(path), fault}); }

  /// The edge that begins `cycle`; `inputs` is what the edges showed before.
  void step(const GridStimulus& inputs, uint64_t cycle);

  /// Value of a register, or of the wire `product` when the edges show `inputs` in `cycle`; row-major elements. Bits
  /// beyond the width are those of the sign.
  std::vector<int32_t> values(const std::string& path, const GridStimulus& inputs, uint64_t cycle) const;

 private:
  struct NamedFault {
    std::string name;
    hw::Fault fault;
  };
  using Array = std::vector<int32_t>;
  using Registers = std::map<std::string, Array>;

  static std::string name_of(const std::string& path) { return path.substr(path.rfind('.') + 1); }
  size_t at(int row, int column) const {
    return static_cast<size_t>(row) * static_cast<size_t>(config_.columns) + static_cast<size_t>(column);
  }
  int32_t from_west(const Array& registers, int row, int column, int32_t edge) const;
  int32_t from_north(const Array& registers, int row, int column, int32_t edge) const;
  Array products(const GridStimulus& inputs, uint64_t cycle, bool struck) const;
  void step_operand_stationary(const GridStimulus& inputs, const Array& product);
  void step_output_stationary(const GridStimulus& inputs, const Array& product);
  int32_t strike(const std::string& name, size_t element, int32_t value, int bits, uint64_t cycle) const;

  hw::GridConfig config_;
  std::string moving_;      ///< the operand that comes from the west
  std::string stationary_;  ///< the other
  Registers registers_;
  std::vector<NamedFault> faults_;
};

}  // namespace faultline::test
