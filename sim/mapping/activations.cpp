#include "sim/mapping/activations.h"

#include <stdexcept>

namespace faultline::mapping {
namespace {

/// Position in the host's tensor of an element.
size_t host_index(const ActivationFormat& format, int64_t pixel, int channel) {
  return static_cast<size_t>(format.layout == model::Layout::kChannelsLast ? pixel * format.channels + channel
                                                                           : channel * format.pixels + pixel);
}

/// Calls visit(position in DRAM in elements, position in the host's tensor) for every element.
template <typename Visit>
void for_each_element(const ActivationFormat& format, Visit visit) {
  size_t position = 0;
  for (int64_t pixel = 0; pixel < format.pixels; ++pixel) {
    for (int channel = 0; channel < format.channels; ++channel) {
      visit(position++, host_index(format, pixel, channel));
    }
  }
}

}  // namespace

std::vector<uint8_t> to_dram(const model::Values& values, const ActivationFormat& format) {
  const auto* codes = std::get_if<std::vector<int8_t>>(&values);
  if (codes == nullptr || static_cast<int64_t>(codes->size()) != format.bytes()) {
    throw std::logic_error("an accelerator layer's input is not an int8 tensor of the declared size");
  }
  std::vector<uint8_t> bytes(codes->size());
  for_each_element(format,
                   [&](size_t position, size_t index) { bytes[position] = static_cast<uint8_t>((*codes)[index]); });
  return bytes;
}

model::Values from_dram(const std::vector<uint8_t>& bytes, const ActivationFormat& format) {
  if (format.element_bytes == 1) {
    std::vector<int8_t> codes(bytes.size());
    for_each_element(format,
                     [&](size_t position, size_t index) { codes[index] = static_cast<int8_t>(bytes[position]); });
    return codes;
  }
  std::vector<int32_t> sums(bytes.size() / 4);
  for_each_element(format, [&](size_t position, size_t index) {
    uint32_t value = 0;
    for (size_t byte = 0; byte < 4; ++byte) {
      value |= static_cast<uint32_t>(bytes[position * 4 + byte]) << (8 * byte);
    }
    sums[index] = static_cast<int32_t>(value);
  });
  return sums;
}

}  // namespace faultline::mapping
