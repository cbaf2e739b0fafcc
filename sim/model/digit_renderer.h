#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "hw/common/counter_random.h"

namespace faultline::model {

constexpr int kDigitImageSide = 28;

/// Rows of pixels, 0 background and 255 full ink.
using DigitImage = std::array<uint8_t, size_t{kDigitImageSide} * kDigitImageSide>;

/// Draws `digit`, in [0, 9], as one hand among many would: a style, unsteady points, a smooth elastic distortion,
/// slant, rotation, proportions, size and place, width and pressure of the pen, its softness, grain and specks all come
/// from `random`. The digit is about 20 pixels high and its centre of mass lies near the middle, as in MNIST.
DigitImage draw_digit(int digit, hw::CounterRandom& random);

}  // namespace faultline::model
