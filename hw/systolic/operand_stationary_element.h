#pragma once

#include "hw/systolic/processing_element.h"

namespace faultline::hw {

/// The weight-stationary element, and with the roles of the operands exchanged the input-stationary one.
class OperandStationaryElement final : public ProcessingElement {
 public:
  OperandStationaryElement(const sc_core::sc_module_name& name, const GridContext& context, int row, int column)
      : ProcessingElement(name, context, row, column),
        holds_weight_(context.config.dataflow == Dataflow::kWeightStationary) {}

  void drive() override;

 private:
  void update() override;
  int16_t activation_operand() const override;
  int16_t weight_operand() const override;

  const bool holds_weight_;
};

}  // namespace faultline::hw
