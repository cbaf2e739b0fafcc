#pragma once

#include <optional>
#include <string>

#include "hw/common/state_table.h"
#include "sim/cosim/grid_edges.h"

namespace faultline::cosim {

/// Tells from the hardware contract (docs/hardware.md, "Grid") what writes a register of the grid at the next edge.
class RegisterWriter {
 public:
  /// `table` holds the grid's state and must outlive the object.
  RegisterWriter(const hw::GridConfig& config, const hw::StateTable& table) : config_(config), table_(table) {}

  /// The register or port whose value, or the expression that, the element takes at the next edge, while `edges` are
  /// shown; nothing where it keeps its value or is no register of the grid.
  std::optional<std::string> writer(hw::Site site, const GridEdges& edges) const;

 private:
  struct Element {
    int row;
    int column;
  };
  bool bit(const std::string& field, Element element) const;
  std::string path(const std::string& field, Element element) const;
  std::string from_west(const std::string& field, const std::string& port, Element element) const;
  std::string from_north(const std::string& field, const std::string& port, Element element) const;
  std::optional<std::string> operand_stationary(const std::string& field, Element element,
                                                const GridEdges& edges) const;
  std::optional<std::string> output_stationary(const std::string& field, Element element, const GridEdges& edges) const;

  hw::GridConfig config_;
  const hw::StateTable& table_;
};

}  // namespace faultline::cosim
