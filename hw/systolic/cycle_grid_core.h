#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "hw/common/state_table.h"
#include "hw/fault/fault_taps.h"
#include "hw/systolic/edge_vector.h"
#include "hw/systolic/grid_config.h"
#include "hw/systolic/grid_kernels.h"
#include "hw/systolic/grid_state.h"

namespace faultline::hw {

/// What the edges of a grid show to it during one cycle.
struct GridInputs {
  const OperandEdge& west;   ///< `rows` operands
  const OperandEdge& north;  ///< `columns` operands
  const DrainEdge& drain;    ///< `columns` bits
};

/// The `cycle` implementation of the grid: steps whole rows of the state table with SIMD (docs/hardware.md, "Grid").
class CycleGridCore {
 public:
  /// Adds the grid's fields to `table`. `read_product` is what the table calls to read wire `product`; it should call
  /// product() with what the edges show now. `taps` must hold faults of this grid only.
  CycleGridCore(const GridConfig& config, StateTable& table, FaultTaps& taps,
                std::function<uint64_t(size_t element)> read_product);

  /// The rising edge that begins cycle `cycle`: takes the next value of every register from `inputs`, which the edges
  /// showed in the cycle before, then applies the register faults of `cycle`. Returns false if no register changed.
  bool step(const GridInputs& inputs, uint64_t cycle);

  /// Must be called when something other than step() has written to the grid's registers.
  void state_changed();

  /// The settled value of wire `product` of an element in `cycle`, whose inputs are `inputs`: a 16-bit pattern.
  uint64_t product(size_t element, const GridInputs& inputs, uint64_t cycle) const;

  /// As PeGrid::select_multiplier().
  void select_multiplier(int selection) { selection_ = selection; }

  /// Copies the registers of the bottom row to the south edge.
  void read_south(SumEdge& south) const;

 private:
  /// The operands that meet in one processing element.
  struct Operands {
    int8_t eastward;
    int8_t other;
    bool valid;  ///< their product is added
  };
  /// A register `sum` whose next value another product changes than the kernel computes.
  struct Patch {
    size_t place;
    int32_t sum;
  };
  /// An element with a multiplier of its own.
  struct OwnMultiplier {
    size_t element;
    const Multiplier* multiplier;
  };

  Operands operands(int row, int column, const GridInputs& inputs) const;
  bool rests(const GridInputs& inputs);
  bool idle(const GridInputs& inputs);
  void count_loads(const OperandEdge& west);
  void patch_bypassed(const GridInputs& inputs);
  void patch_own_multipliers(const GridInputs& inputs);
  void patch_struck_wires(const GridInputs& inputs, uint64_t cycle);
  void patch(size_t element, int16_t product, const GridInputs& inputs);
  void patch_sum(size_t element, int16_t addend, const GridInputs& inputs);
  bool bypassed(size_t place) const { return config_.bypass && state_.bypass[place] != 0; }
  void find_bypassed();
  int16_t product_of(const Multiplier& multiplier, Operands met) const;
  std::vector<OwnMultiplier> find_own_multipliers() const;
  void run_kernel(const GridInputs& inputs);

  const GridConfig config_;
  const std::vector<OwnMultiplier> own_multipliers_;
  int selection_ = 0;
  GridState state_;
  FaultTaps& taps_;
  void (*kernel_)(const GridRows&);
  std::vector<Patch> patches_;
  std::vector<size_t> bypassed_;  ///< elements whose bypass register is set; no step changes it

  std::vector<int> load_steps_;  ///< per row: steps until its load registers are surely 0
  int idle_steps_ = 0;           ///< steps taken with idle edges that show the values below
  OperandEdge idle_west_;
  OperandEdge idle_north_;
};

}  // namespace faultline::hw
