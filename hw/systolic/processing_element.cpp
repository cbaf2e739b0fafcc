#include "hw/systolic/processing_element.h"

#include "hw/common/signed_bits.h"
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
  const uint64_t bits = low_bits(multiply(), context_.config.format().product_bits());
  return context_.taps.has_wire_faults() ? context_.taps.apply_wire(product_site_, bits, cycle) : bits;
}

int32_t ProcessingElement::product_at_edge() const {
  const uint64_t begins = context_.cycle_clock.cycle();
  if (begins == 0) {  // there is no cycle before in which a wire could be struck
    return multiply();
  }
  const auto settled = static_cast<int64_t>(product(begins - 1));
  return static_cast<int32_t>(wrap_to(settled, context_.config.format().product_bits()));
}

int32_t ProcessingElement::multiply() const {
  const Multiplier& multiplier =
      own_multiplier_ != nullptr ? *own_multiplier_ : context_.config.selected(context_.selection);
  return multiplier.any_product(activation_operand(), weight_operand());
}

std::unique_ptr<ProcessingElement> make_processing_element(const sc_core::sc_module_name& name,
                                                           const GridContext& context, int row, int column) {
  if (context.config.dataflow == Dataflow::kOutputStationary) {
    return std::make_unique<OutputStationaryElement>(name, context, row, column);
  }
  return std::make_unique<OperandStationaryElement>(name, context, row, column);
}

}  // namespace faultline::hw
