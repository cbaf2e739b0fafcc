#include "rtl/testbench/bit_line.h"

namespace faultline::rtl {

void BitLine::append(uint64_t value, int bits) {
  for (int bit = bits - 1; bit >= 0; --bit) {
    digits_ += ((value >> bit) & 1) != 0 ? '1' : '0';
  }
}

void BitLine::append_bytes(const uint8_t* bytes, size_t count) {
  constexpr int kByte = 8;
  for (size_t i = count; i-- > 0;) {
    append(bytes[i], kByte);
  }
}

std::string BitLine::hexadecimal() const {
  constexpr size_t kNibble = 4;
  const size_t first = digits_.size() % kNibble;
  std::string text;
  for (size_t begin = 0; begin < digits_.size();) {
    const size_t end = begin == 0 && first != 0 ? first : begin + kNibble;
    int nibble = 0;
    for (; begin < end; ++begin) {
      nibble = 2 * nibble + (digits_[begin] == '1' ? 1 : 0);
    }
    text += "0123456789abcdef"[nibble];
  }
  return text;
}

}  // namespace faultline::rtl
