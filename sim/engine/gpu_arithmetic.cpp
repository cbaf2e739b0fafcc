#include "sim/engine/gpu_arithmetic.h"

#include "hw/gpu/mac_arithmetic.h"

namespace faultline::engine {

uint32_t result_of(const TracedInstruction& traced, const std::array<uint32_t, TracedInstruction::kOperands>& operands,
                   const hw::Multiplier& multiplier) {
  const hw::gpu::Instruction& instruction = traced.instruction;
  const auto& [a, b, c, d] = operands;
  if (traced.info().unit == hw::gpu::Unit::kAlu) {
    return traced.info().evaluate != nullptr ? traced.info().evaluate(a, b)
                                             : static_cast<uint32_t>(hw::gpu::holds(instruction.modifier, a, b));
  }
  hw::gpu::MacTerms terms;
  terms.addend = c;
  terms.shift = static_cast<uint8_t>(d & 63);
  if (hw::gpu::is_byte_product(instruction.opcode)) {
    for (size_t k = 0; k < hw::gpu::MacTerms::kProducts; ++k) {
      terms.partial[k] = hw::gpu::byte_product(multiplier, a, b, k);
    }
  } else {
    terms.wide = hw::gpu::wide_product(a, b);
  }
  return hw::gpu::mac_sum(instruction.opcode, terms);
}

}  // namespace faultline::engine
