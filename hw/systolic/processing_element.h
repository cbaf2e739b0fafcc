#pragma once

#include <cstdint>
#include <memory>
#include <systemc>

#include "hw/common/cycle_clock.h"
#include "hw/fault/fault_taps.h"
#include "hw/systolic/grid_config.h"
#include "hw/systolic/grid_state.h"
#include "hw/systolic/operand.h"

namespace faultline::hw {

/// What all processing elements of one grid share. The references outlive the elements.
struct GridContext {
  const GridConfig& config;
  const GridState& state;
  const FaultTaps& taps;
  const CycleClock& cycle_clock;
  const int& selection;  ///< of the multiplier (PeGrid::select_multiplier)
};

/// One processing element: registers in the grid's state, signals to its four neighbours (docs/hardware.md, "Grid").
///
/// At each edge it takes the next values of its registers from its input signals, then drives its output signals.
class ProcessingElement : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clock{"clock"};
  sc_core::sc_in<Operand> west{"west"};                   ///< the operand that moves east, with `load`
  sc_core::sc_in<Operand> north{"north"};                 ///< the operand that moves south
  sc_core::sc_in<int32_t> sum_above{"sum_above"};         ///< psum or accumulator of the north neighbour
  sc_core::sc_in<bool> column_control{"column_control"};  ///< shift, or drain in output-stationary
  sc_core::sc_out<Operand> east{"east"};
  sc_core::sc_out<Operand> south{"south"};
  sc_core::sc_out<int32_t> sum_below{"sum_below"};

  ~ProcessingElement() override = default;

  /// The settled value of wire `product` while the signals have their present values, struck by the faults of `cycle`;
  /// a 16-bit pattern.
  uint64_t product(uint64_t cycle) const;

  /// Writes the output signals from the registers.
  virtual void drive() = 0;

 protected:
  ProcessingElement(const sc_core::sc_module_name& name, const GridContext& context, int row, int column);

  /// Takes the next value of every register.
  virtual void update() = 0;
  /// The operands of the multiplier: M(activation, weight).
  virtual int8_t activation_operand() const = 0;
  virtual int8_t weight_operand() const = 0;

  /// The product of the cycle that has just ended, as a signed number.
  int32_t product_at_edge() const;
  /// The element's bypass register is set: nothing is added to its sum.
  bool bypassed() const { return context_.config.bypass && context_.state.bypass[place_] != 0; }

  const GridContext context_;
  const size_t place_;  ///< of this element's registers in the grid's arrays

 private:
  void on_edge();
  int16_t multiply() const;

  const Site product_site_;
  const Multiplier* const own_multiplier_;  ///< nullptr: the selected one
};

/// The processing element of the grid's dataflow.
std::unique_ptr<ProcessingElement> make_processing_element(const sc_core::sc_module_name& name,
                                                           const GridContext& context, int row, int column);

}  // namespace faultline::hw
