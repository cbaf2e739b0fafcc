#pragma once

#include <cstddef>
#include <cstdint>

#include "hw/arithmetic/operand_format.h"
#include "hw/arithmetic/requantisation.h"
#include "hw/common/signed_bits.h"
#include "sim/engine/processed_value.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// One channel's entry of the parameter memory and what the post-processing pipeline makes with it, stage by stage.
class ChannelParameters {
 public:
  ChannelParameters(const model::PostProcessing& post, hw::OperandFormat format, size_t channel);

  /// Inverts bits of one byte of the entry (AcceleratorConfig::parameter_bytes() of them).
  void flip(int64_t byte, uint8_t mask);

  int64_t biased(int64_t sum) const { return hw::wrap_to(sum + bias_, format_.sum_bits()); }
  hw::WideProduct product(int64_t biased) const;
  /// After rounding, zero point and clamp; before the table.
  int32_t code(hw::WideProduct product) const;
  ProcessedValue processed(hw::WideProduct product) const;
  ProcessedValue finished(int64_t sum) const { return processed(product(biased(sum))); }

 private:
  /// Without the zero point.
  int64_t rounded(hw::WideProduct product) const;
  int32_t code_of(int64_t rounded) const;

  const model::PostProcessing& post_;
  hw::OperandFormat format_;
  int64_t bias_;  ///< as stored: 4 bytes, or 8 where operands are wide
  int32_t multiplier_ = 0;
  int32_t residue_ = 0;
  uint8_t shift_ = 0;
  model::CodeRange range_;
};

}  // namespace faultline::engine
