#include "hw/systolic/processing_element.h"

#include "hw/systolic/operand_stationary_element.h"
#include "hw/systolic/output_stationary_element.h"

namespace faultline::hw {

ProcessingElement::ProcessingElement(const sc_core::sc_module_name& name, const GridContext& context, int row,
                                     int column)
    : sc_module(name),
      context_(context),
      place_(context.state.index(row, column)),
      product_site_{
          context.state.product_field,
          static_cast<size_t>(row) * static_cast<size_t>(context.config.columns) + static_cast<size_t>(column)},
      own_multiplier_(context.config.own_multiplier(row, column)) {
  SC_HAS_PROCESS(ProcessingElement);
  SC_METHOD(on_edge);
  sensitive << clock.pos();
  dont_initialize();
}

void ProcessingElement::on_edge() {
  update();
  drive();
}

uint64_t ProcessingElement::product(uint64_t cycle) const {
  const auto bits = static_cast<uint16_t>(multiply());
  return context_.taps.has_wire_faults() ? context_.taps.apply_wire(product_site_, bits, cycle) : bits;
}

int32_t ProcessingElement::product_at_edge() const {
  const uint64_t begins = context_.cycle_clock.cycle();
  // Before cycle 0 there is no cycle in which a wire could be struck.
  return begins > 0 ? static_cast<int16_t>(product(begins - 1)) : multiply();
}

int16_t ProcessingElement::multiply() const {
  const Multiplier& multiplier =
      own_multiplier_ != nullptr ? *own_multiplier_ : context_.config.selected(context_.selection);
  return multiplier.product(activation_operand(), weight_operand());
}

std::unique_ptr<ProcessingElement> make_processing_element(const sc_core::sc_module_name& name,
                                                           const GridContext& context, int row, int column) {
  if (context.config.dataflow == Dataflow::kOutputStationary) {
    return std::make_unique<OutputStationaryElement>(name, context, row, column);
  }
  return std::make_unique<OperandStationaryElement>(name, context, row, column);
}

}  // namespace faultline::hw
