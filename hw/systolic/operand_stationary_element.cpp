#include "hw/systolic/operand_stationary_element.h"

#include "hw/arithmetic/requantisation.h"

namespace faultline::hw {

void OperandStationaryElement::update() {
  const GridState& state = context_.state;
  const Operand moving = west->read();
  const bool multiplies = moving.valid && state.held_valid[place_] != 0 && !bypassed();
  state.sum[place_] = wrapping_add(sum_above->read(), multiplies ? product_at_edge() : 0);

  state.eastward[place_] = moving.value;
  state.eastward_valid[place_] = moving.valid ? 1 : 0;
  state.load[place_] = moving.control ? 1 : 0;
  if (moving.control) {
    state.held[place_] = state.southward[place_];
    state.held_valid[place_] = state.southward_valid[place_];
  }
  if (column_control->read()) {
    const Operand next = north->read();
    state.southward[place_] = next.value;
    state.southward_valid[place_] = next.valid ? 1 : 0;
  }
}

void OperandStationaryElement::drive() {
  const GridState& state = context_.state;
  east->write({state.eastward[place_], state.eastward_valid[place_] != 0, state.load[place_] != 0});
  south->write({state.southward[place_], state.southward_valid[place_] != 0, false});
  sum_below->write(state.sum[place_]);
}

int8_t OperandStationaryElement::activation_operand() const {
  return holds_weight_ ? west->read().value : context_.state.held[place_];
}

int8_t OperandStationaryElement::weight_operand() const {
  return holds_weight_ ? context_.state.held[place_] : west->read().value;
}

}  // namespace faultline::hw
