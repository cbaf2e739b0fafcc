#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/network.h"

namespace faultline::mapping {

/// How one tensor of a layer lies in DRAM: pixel by pixel, the channels of a pixel next to each other.
struct ActivationFormat {
  int channels = 1;
  int64_t pixels = 1;
  /// 1 (int8) or 4 (int32); 2 (int16) or 8 (int64) where operands are wide. Least significant byte first.
  int element_bytes = 1;
  model::Layout layout = model::Layout::kChannelsFirst;  ///< of the host's tensor
  hw::OperandFormat operands = {};                       ///< of the layer

  int64_t bytes() const { return channels * pixels * element_bytes; }
};

/// The bytes that DRAM holds for a tensor of codes. Throws std::logic_error when the tensor is of another type or size.
std::vector<uint8_t> to_dram(const model::Values& values, const ActivationFormat& format);

/// The tensor that DRAM's bytes (format.bytes() of them) mean: int8, int16, int32 or int64 by element_bytes.
model::Values from_dram(const std::vector<uint8_t>& bytes, const ActivationFormat& format);

}  // namespace faultline::mapping
