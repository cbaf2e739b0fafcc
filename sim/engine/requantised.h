#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/engine/fault_cone.h"
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
  /// What is stored: a code, or the sum itself where the layer is raw.
  int32_t stored(int64_t product) const;
  int32_t finished(int32_t sum) const { return stored(product(biased(sum))); }

 private:
  const model::PostProcessing& post_;
  int32_t bias_;
  int32_t multiplier_ = 0;
  int32_t residue_ = 0;
  uint8_t shift_ = 0;
};

/// One window of a kPool in one lane, tap by tap.
class PoolingWindow {
 public:
  PoolingWindow(const ConeContext& context, const ScheduledCommand& command, const WindowView& view, size_t pixel,
                int lane);

  WrittenNeuron neuron() const { return neuron_of(*command_.step, static_cast<int64_t>(pixel_), lane_); }
  /// What the input buffer holds for a tap; 0 outside the window, where it is not used.
  int8_t golden_code(size_t tap) const;
  /// Takes the next tap with a code from the buffer.
  void join(size_t tap, int8_t code);
  int32_t joined() const { return joined_; }
  void set_joined(int32_t joined) { joined_ = joined; }
  int32_t biased() const;
  int64_t product(int32_t biased) const;
  int32_t stored(int64_t product) const;
  int32_t finished() const { return stored(product(biased())); }

 private:
  const ConeContext& context_;
  const ScheduledCommand& command_;
  const WindowView& view_;
  size_t pixel_;
  int lane_;
  bool maximum_;
  int32_t joined_;
};

}  // namespace faultline::engine
