#pragma once

namespace faultline::hw {

/// Bounds of each channel's codes in its entry of the parameter memory, which post-processing holds the codes to.
struct ChannelBounds {
  /// A code outside its channel's bounds becomes the one that stands for 0; without, the bound that it passes.
  bool zeroes = false;

  bool operator==(const ChannelBounds& other) const { return zeroes == other.zeroes; }
  bool operator!=(const ChannelBounds& other) const { return !(*this == other); }
};

}  // namespace faultline::hw
