#include "hw/systolic/operand_stationary_element.h"

namespace faultline::hw {

void OperandStationaryElement::update() {
  const GridState& state = context_.state;
  const Operand moving = west->read();
  const bool multiplies = moving.valid && state.held_valid[place_] != 0 && !bypassed();
  state.sum.set(place_, sum_above->read() + (multiplies ? product_at_edge() : 0));

  state.eastward.set(place_, moving.value);
  state.eastward_valid[place_] = moving.valid ? 1 : 0;
  state.load[place_] = moving.control ? 1 : 0;
  if (moving.control) {
    state.held.set(place_, state.southward.get(place_));
    state.held_valid[place_] = state.southward_valid[place_];
  }
  if (column_control->read()) {
    const Operand next = north->read();
    state.southward.set(place_, next.value);
    state.southward_valid[place_] = next.valid ? 1 : 0;
  }
}

void OperandStationaryElement::drive() {
  const GridState& state = context_.state;
  east->write({operand(state.eastward), state.eastward_valid[place_] != 0, state.load[place_] != 0});
  south->write({operand(state.southward), state.southward_valid[place_] != 0, false});
  sum_below->write(state.sum.get(place_));
}

int16_t OperandStationaryElement::activation_operand() const {
  return holds_weight_ ? west->read().value : operand(context_.state.held);
}

int16_t OperandStationaryElement::weight_operand() const {
  return holds_weight_ ? operand(context_.state.held) : west->read().value;
}

}  // namespace faultline::hw
