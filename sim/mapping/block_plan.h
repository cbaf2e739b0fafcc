#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/systolic/accelerator_config.h"
#include "sim/mapping/window.h"

namespace faultline::mapping {

/// Output pixels [pixel_begin, pixel_end) that are computed while the input rows they need lie in the input buffer.
struct PixelBlock {
  int64_t pixel_begin = 0;
  int64_t pixel_end = 0;
  InputRows rows;
};

/// How a layer's output is cut into blocks that fit the input and the output buffer.
struct BlockPlan {
  std::vector<PixelBlock> blocks;
  int64_t most_pixels = 0;  ///< of one block
  int most_channels = 0;    ///< channels of one pixel that fit the output buffer together; at most the layer's
};

/// Cuts a layer of `channels` output channels of `element_bytes` each. Whole rows of pixels where they fit, parts of
/// one row otherwise. Throws UserError naming the buffer when not even one pixel fits, or when a size exceeds the
/// position registers.
BlockPlan plan_blocks(const std::string& layer, const Window& window, int channels, int element_bytes,
                      const hw::AcceleratorConfig& config);

}  // namespace faultline::mapping
