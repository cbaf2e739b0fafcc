#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace faultline::rtl {

/// One word of a vector file: fields put behind each other, the first in the highest bits.
class BitLine {
 public:
  /// The low `bits` (1 to 64) of `value`.
  void append(uint64_t value, int bits);
  /// `count` bytes, the first in the lowest bits.
  void append_bytes(const uint8_t* bytes, size_t count);
  /// As `$readmemh` reads it, without a newline.
  std::string hexadecimal() const;

 private:
  std::string digits_;  ///< binary
};

}  // namespace faultline::rtl
