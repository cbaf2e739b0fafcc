#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hw/arithmetic/multiplier.h"
#include "hw/multipliers/family.h"

namespace faultline::config {

/// How the user asks for a multiplier: a member of a generated family, or a table of 65,536 products in a file.
struct MultiplierOption {
  std::string file;  ///< empty: a family
  bool is_unsigned =
      false;          ///< the table's operands are magnitudes: product = sign(a) sign(w) T[|a|][|w|], sign(0) = +
  bool swap = false;  ///< the file's first index is the weight instead of the activation
  std::string family = "exact";
  hw::FamilyValues values = {};  ///< of the family's parameters
  int bits = 8;                  ///< of the operands; more than 8 only of families

  bool operator==(const MultiplierOption& other) const {
    return file == other.file && is_unsigned == other.is_unsigned && swap == other.swap &&
           (!file.empty() || (family == other.family && values == other.values && bits == other.bits));
  }
};

/// "FAMILY" or "FAMILY:PARAMETER=VALUE,..." (parameters that are not given take their standard values), or "table:FILE"
/// followed by any of ",unsigned", ",signed" and ",swap". The operands have `bits` bits. Throws UserError at
/// `where`:`line`.
MultiplierOption parse_multiplier(const std::string& text, const std::string& where, int line = 0, int bits = 8);

/// The same multiplier for operands of another width. Throws UserError at `where` when a parameter is out of its range
/// there, and for tables, which have 8-bit operands.
MultiplierOption with_operand_bits(const MultiplierOption& option, int bits, const std::string& where);

/// A member of a family given by name, for operands of any format. Throws UserError at `where`:`line`, which names the
/// families or parameters that there are.
hw::GeneratedMultiplier parse_generated_multiplier(const std::string& text, int bits, bool is_signed,
                                                   const std::string& where, int line = 0);

/// A member of a family with some of its parameters given as text. Throws UserError at `where`:`line`.
hw::GeneratedMultiplier generated_multiplier(const std::string& family,
                                             const std::vector<std::pair<std::string, std::string>>& parameters,
                                             int bits, bool is_signed, const std::string& where, int line);

/// The option as parse_multiplier() reads it.
std::string to_string(const MultiplierOption& option);

/// The entries of a table file as they are: 65,536 of them, little-endian, row-major [a][b] with operand bytes 0 to
/// 255: 131,072 bytes of 16-bit entries (read as unsigned where `is_unsigned`) or 262,144 bytes of signed 32-bit
/// entries. Throws UserError for another size or an unreadable file.
std::vector<int32_t> read_product_entries(const std::string& file, bool is_unsigned);

/// Tabulates the family's model or reads the table's file. Throws UserError as read_product_entries() does, for a
/// product outside 16 bits, and where FILE.json, written beside an imported table, says that the signedness is another.
hw::Multiplier load_multiplier(const MultiplierOption& option);

}  // namespace faultline::config
