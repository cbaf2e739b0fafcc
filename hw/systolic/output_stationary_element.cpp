#include "hw/systolic/output_stationary_element.h"

#include "hw/arithmetic/requantisation.h"

namespace faultline::hw {

void OutputStationaryElement::update() {
  const GridState& state = context_.state;
  const Operand activation = west->read();
  const Operand weight = north->read();
  int32_t& accumulator = state.sum[place_];
  if (column_control->read()) {
    accumulator = sum_above->read();
  } else if (activation.valid && weight.valid && !bypassed()) {
    accumulator = wrapping_add(accumulator, product_at_edge());
  }

  state.eastward[place_] = activation.value;
  state.eastward_valid[place_] = activation.valid ? 1 : 0;
  state.southward[place_] = weight.value;
  state.southward_valid[place_] = weight.valid ? 1 : 0;
}

void OutputStationaryElement::drive() {
  const GridState& state = context_.state;
  east->write({state.eastward[place_], state.eastward_valid[place_] != 0, false});
  south->write({state.southward[place_], state.southward_valid[place_] != 0, false});
  sum_below->write(state.sum[place_]);
}

}  // namespace faultline::hw
