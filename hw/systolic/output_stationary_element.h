#pragma once

#include "hw/systolic/processing_element.h"

namespace faultline::hw {

/// The output-stationary element.
class OutputStationaryElement final : public ProcessingElement {
 public:
  OutputStationaryElement(const sc_core::sc_module_name& name, const GridContext& context, int row, int column)
      : ProcessingElement(name, context, row, column) {}

  void drive() override;

 private:
  void update() override;
  int16_t activation_operand() const override { return west->read().value; }
  int16_t weight_operand() const override { return north->read().value; }
};

}  // namespace faultline::hw
