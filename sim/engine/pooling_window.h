#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/engine/fault_cone.h"
#include "sim/engine/processed_value.h"

namespace faultline::engine {

/// One window of a kPool in one lane, tap by tap.
class PoolingWindow {
 public:
  PoolingWindow(const ConeContext& context, const ScheduledCommand& command, const WindowView& view, size_t pixel,
                int lane);

  WrittenNeuron neuron() const { return neuron_of(*command_.step, static_cast<int64_t>(pixel_), lane_); }
  /// What the input buffer holds for a tap; 0 outside the window, where it is not used.
  int16_t golden_code(size_t tap) const;
  /// False where the padding is used instead.
  bool uses(size_t tap) const { return view_.inside(pixel_, tap); }
  /// Takes the next tap with a code from the buffer.
  void join(size_t tap, int16_t code);
  int64_t joined() const { return joined_; }
  void set_joined(int64_t joined) { joined_ = joined; }
  int64_t biased() const;
  hw::WideProduct product(int64_t biased) const;
  ProcessedValue processed(hw::WideProduct product) const;
  ProcessedValue finished() const { return processed(product(biased())); }

 private:
  ChannelParameters parameters() const { return context_.effect.parameters(command_.layer, neuron().channel); }

  const ConeContext& context_;
  const ScheduledCommand& command_;
  const WindowView& view_;
  size_t pixel_;
  int lane_;
  bool maximum_;
  int64_t joined_;
};

}  // namespace faultline::engine
