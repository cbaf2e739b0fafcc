#pragma once

#include <cstdint>

#include "hw/arithmetic/requantisation.h"
#include "hw/systolic/command.h"

namespace faultline::hw {

/// Part of a place in the input buffer that belongs to an output pixel. Coordinates wrap at 16 bits, offsets at 32.
struct Pixel {
  int16_t y = 0;
  int16_t x = 0;
  int32_t offset = 0;

  bool operator==(const Pixel& other) const { return y == other.y && x == other.x && offset == other.offset; }
};

/// Part of a place in the input buffer that belongs to a tap of the kernel: channel c of kernel element (y, x).
struct Tap {
  int16_t y = 0;
  int16_t x = 0;
  uint16_t c = 0;
  int32_t offset = 0;

  bool operator==(const Tap& other) const {
    return y == other.y && x == other.x && c == other.c && offset == other.offset;
  }
};

/// docs/hardware.md, "Position arithmetic".
inline Pixel next_pixel(const Pixel& pixel, const CommandDescriptor& command) {
  if (pixel.x != command.pixel_x_last) {
    return {pixel.y, static_cast<int16_t>(pixel.x + command.pixel_x_step),
            wrapping_add(pixel.offset, command.pixel_offset_x)};
  }
  return {static_cast<int16_t>(pixel.y + command.pixel_y_step), static_cast<int16_t>(command.pixel_x_first),
          wrapping_add(pixel.offset, command.pixel_offset_y)};
}

/// docs/hardware.md, "Position arithmetic".
inline Tap next_tap(const Tap& tap, const CommandDescriptor& command) {
  if (tap.c != command.tap_c_last) {
    return {tap.y, tap.x, static_cast<uint16_t>(tap.c + 1), wrapping_add(tap.offset, 1)};
  }
  if (tap.x != command.tap_x_last) {
    return {tap.y, static_cast<int16_t>(tap.x + command.tap_x_step), 0, wrapping_add(tap.offset, command.tap_offset_x)};
  }
  if (tap.y != command.tap_y_last) {
    return {static_cast<int16_t>(tap.y + command.tap_y_step), 0, 0, wrapping_add(tap.offset, command.tap_offset_y)};
  }
  return {};
}

inline Pixel first_pixel(const CommandDescriptor& command) {
  return {static_cast<int16_t>(command.pixel_y), static_cast<int16_t>(command.pixel_x), command.pixel_offset};
}

inline Tap first_tap(const CommandDescriptor& command) {
  return {static_cast<int16_t>(command.tap_y), static_cast<int16_t>(command.tap_x),
          static_cast<uint16_t>(command.tap_c), command.tap_offset};
}

/// True when the sum of both parts lies inside the input. Coordinates add at 16 bits.
inline bool inside_input(int16_t pixel_y, int16_t pixel_x, int16_t tap_y, int16_t tap_x,
                         const CommandDescriptor& command) {
  const auto y = static_cast<int16_t>(pixel_y + tap_y);
  const auto x = static_cast<int16_t>(pixel_x + tap_x);
  return y >= 0 && y < command.input_height && x >= 0 && x < command.input_width;
}

/// The byte address of the sum of both parts.
inline int32_t input_address(int32_t pixel_offset, int32_t tap_offset, const CommandDescriptor& command) {
  return wrapping_add(command.input_base, wrapping_add(pixel_offset, tap_offset));
}

}  // namespace faultline::hw
