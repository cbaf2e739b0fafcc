#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/engine/processed_value.h"
#include "sim/model/network.h"

namespace faultline::engine {

/// One channel's entry of the parameter memory and what the post-processing pipeline makes with it, stage by stage.
class ChannelParameters {
 public:
  ChannelParameters(const model::PostProcessing& post, size_t channel);

  /// Inverts bits of one byte of the entry.
  void flip(int64_t byte, uint8_t mask);

  int32_t biased(int32_t sum) const;
  int64_t product(int32_t biased) const;
  /// After rounding, zero point and clamp; before the table.
  int32_t code(int64_t product) const;
  ProcessedValue processed(int64_t product) const;
  ProcessedValue finished(int32_t sum) const { return processed(product(biased(sum))); }

 private:
  const model::PostProcessing& post_;
  int32_t bias_;
  int32_t multiplier_ = 0;
  int32_t residue_ = 0;
  uint8_t shift_ = 0;
};

}  // namespace faultline::engine
