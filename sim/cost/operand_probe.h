#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "hw/systolic/grid_config.h"
#include "sim/engine/simulated_platform.h"

namespace faultline::cost {

/// What the multipliers of a grid read in one cycle, by element, row-major: bit patterns, zero-extended.
struct MultiplierInputs {
  std::vector<uint16_t> activations, weights;
};

/// Shows what every multiplier of a platform's grid reads in each cycle that is simulated, idle ones included: of an
/// operand that stays the element's register, of one that moves the neighbour's or the feeder's at the grid's edge. It
/// needs the platform's observer for itself.
class OperandProbe {
 public:
  using Callback = std::function<void(const MultiplierInputs&)>;

  /// `platform` must outlive the probe; `grid` is its grid.
  OperandProbe(engine::SimulatedPlatform& platform, const hw::GridConfig& grid, Callback callback);
  ~OperandProbe() { platform_.observe(nullptr); }
  OperandProbe(const OperandProbe&) = delete;
  OperandProbe& operator=(const OperandProbe&) = delete;

 private:
  void read(const std::vector<hw::Site>& sites, std::vector<uint16_t>& operands) const;

  engine::SimulatedPlatform& platform_;
  std::vector<hw::Site> activations_, weights_;  ///< where each element's multiplier reads them
  Callback callback_;
  MultiplierInputs inputs_;
};

}  // namespace faultline::cost
