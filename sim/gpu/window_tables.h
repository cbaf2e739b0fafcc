#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/network.h"

namespace faultline::gpu {

/// Where a layer's windows lie, in the form that the kernels im2col, max_pool and sum_pool read: for each pixel and
/// each tap 8 bytes, y << 16 | x (both signed 16 bits) and the offset of the element in bytes.
struct WindowTables {
  std::vector<uint8_t> pixels;  ///< of each window's first element; may lie outside the input
  std::vector<uint8_t> taps;    ///< relative to it, in the order of the weights; once per plane
};

/// The tables of one group of channels. Throws std::length_error for coordinates of more than 16 bits.
WindowTables window_tables(const model::ConvolutionGeometry& geometry, model::Layout layout, int planes);

}  // namespace faultline::gpu
