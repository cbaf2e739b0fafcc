#pragma once

#include "hw/systolic/edge_vector.h"
#include "hw/systolic/grid_config.h"

namespace faultline::cosim {

/// Everything the edges of a grid show in one cycle.
struct GridEdges {
  hw::OperandEdge west;
  hw::OperandEdge north;
  hw::DrainEdge drain;
};

/// Edges that show nothing: no operand valid, no control.
inline GridEdges idle_edges(const hw::GridConfig& config) {
  const bool wide = config.format().wide();
  return {hw::OperandEdge(config.rows, wide), hw::OperandEdge(config.columns, wide), hw::DrainEdge(config.columns)};
}

}  // namespace faultline::cosim
