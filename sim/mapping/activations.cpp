#include "sim/mapping/activations.h"

#include <stdexcept>

#include "hw/common/signed_bits.h"

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

template <typename Code>
std::vector<uint8_t> codes_to_dram(const model::Values& values, const ActivationFormat& format) {
  const auto* codes = std::get_if<std::vector<Code>>(&values);
  if (codes == nullptr || static_cast<int64_t>(codes->size() * sizeof(Code)) != format.bytes()) {
    throw std::logic_error("an accelerator layer's input is not a tensor of the declared type and size");
  }
  std::vector<uint8_t> bytes(codes->size() * sizeof(Code));
  for_each_element(format, [&](size_t position, size_t index) {
    const auto code = static_cast<uint64_t>((*codes)[index]);
    for (size_t byte = 0; byte < sizeof(Code); ++byte) {
      bytes[position * sizeof(Code) + byte] = static_cast<uint8_t>(code >> (8 * byte));
    }
  });
  return bytes;
}

/// Elements of which the low `bits` count.
template <typename Element>
std::vector<Element> elements_from_dram(const std::vector<uint8_t>& bytes, const ActivationFormat& format, int bits) {
  std::vector<Element> elements(bytes.size() / sizeof(Element));
  for_each_element(format, [&](size_t position, size_t index) {
    uint64_t value = 0;
    for (size_t byte = 0; byte < sizeof(Element); ++byte) {
      value |= static_cast<uint64_t>(bytes[position * sizeof(Element) + byte]) << (8 * byte);
    }
    elements[index] = static_cast<Element>(hw::wrap_to(static_cast<int64_t>(value), bits));
  });
  return elements;
}

}  // namespace

std::vector<uint8_t> to_dram(const model::Values& values, const ActivationFormat& format) {
  return format.operands.wide() ? codes_to_dram<int16_t>(values, format) : codes_to_dram<int8_t>(values, format);
}

model::Values from_dram(const std::vector<uint8_t>& bytes, const ActivationFormat& format) {
  switch (format.element_bytes) {
    case 1:
      return elements_from_dram<int8_t>(bytes, format, 8);
    case 2:
      return elements_from_dram<int16_t>(bytes, format, format.operands.operand_bits);
    case 4:
      return elements_from_dram<int32_t>(bytes, format, 32);
    default:
      return elements_from_dram<int64_t>(bytes, format, 64);
  }
}

}  // namespace faultline::mapping
