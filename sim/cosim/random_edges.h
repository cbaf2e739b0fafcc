#pragma once

#include "hw/common/counter_random.h"
#include "sim/cosim/grid_edges.h"

namespace faultline::cosim {

/// Draws edges that no sane controller would show: stretches of random bits of random density, and idle stretches
/// long enough for a grid to come to rest.
class RandomEdges {
 public:
  RandomEdges(const hw::GridConfig& config, const hw::CounterRandom& random);

  /// The edges of the next cycle.
  GridEdges next();

 private:
  uint8_t bit(uint64_t percent) { return random_.uniform(100) < percent ? 1 : 0; }
  uint64_t draw_density();
  void begin_stretch();
  void fill(hw::OperandEdge& edge, const hw::OperandEdge& last, uint64_t control_density);

  int rows_;
  int columns_;
  hw::OperandFormat format_;
  hw::CounterRandom random_;
  GridEdges last_;
  uint64_t remaining_ = 0;  ///< cycles of the stretch
  bool hold_values_ = false;
  bool zero_values_ = false;
  // Chances in percent that a bit is 1.
  uint64_t valid_density_ = 0;
  uint64_t load_density_ = 0;
  uint64_t shift_density_ = 0;
  uint64_t drain_density_ = 0;
};

}  // namespace faultline::cosim
