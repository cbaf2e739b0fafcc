#pragma once

#include <string>

#include "hw/arithmetic/multiplier.h"

namespace faultline::config {

/// How the user asks for a multiplier: the exact one, or a table of 65,536 products in a file.
struct MultiplierOption {
  std::string file;  ///< empty: exact
  bool is_unsigned =
      false;          ///< the table's operands are magnitudes: product = sign(a) sign(w) T[|a|][|w|], sign(0) = +
  bool swap = false;  ///< the file's first index is the weight instead of the activation

  bool operator==(const MultiplierOption& other) const {
    return file == other.file && is_unsigned == other.is_unsigned && swap == other.swap;
  }
};

/// "exact", or "table:FILE" followed by any of ",unsigned", ",signed" and ",swap". Throws UserError at `where`:`line`.
MultiplierOption parse_multiplier(const std::string& text, const std::string& where, int line = 0);

/// The option as parse_multiplier() reads it.
std::string to_string(const MultiplierOption& option);

/// Reads the table. Files hold 65,536 little-endian entries, row-major [a][b] with operand bytes 0 to 255: 131,072
/// bytes of 16-bit entries (signed, or unsigned as the option says) or 262,144 bytes of signed 32-bit entries. Throws
/// UserError for another size, an unreadable file, or a product outside 16 bits.
hw::Multiplier load_multiplier(const MultiplierOption& option);

}  // namespace faultline::config
