#include "hw/systolic/output_stationary_element.h"

namespace faultline::hw {

void OutputStationaryElement::update() {
  const GridState& state = context_.state;
  const Operand activation = west->read();
  const Operand weight = north->read();
  if (column_control->read()) {
    state.sum.set(place_, sum_above->read());
  } else if (activation.valid && weight.valid && !bypassed()) {
    state.sum.set(place_, state.sum.get(place_) + product_at_edge());
  }

  state.eastward.set(place_, activation.value);
  state.eastward_valid[place_] = activation.valid ? 1 : 0;
  state.southward.set(place_, weight.value);
  state.southward_valid[place_] = weight.valid ? 1 : 0;
}

void OutputStationaryElement::drive() {
  const GridState& state = context_.state;
  east->write({operand(state.eastward), state.eastward_valid[place_] != 0, false});
  south->write({operand(state.southward), state.southward_valid[place_] != 0, false});
  sum_below->write(state.sum.get(place_));
}

}  // namespace faultline::hw
