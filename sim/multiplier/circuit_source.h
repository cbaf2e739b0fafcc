#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "sim/multiplier/product_table.h"

namespace faultline::multiplier {

/// What the user says about a circuit that is imported.
struct CircuitDescription {
  std::string file;
  std::string name;       ///< of the multiplier in results; empty: the file's name without its extension
  bool is_signed = true;  ///< operands and products
  std::string top;        ///< module or function; empty where the file has only one that fits
  int bits = 8;           ///< of the operands of a C function: 8, 12 or 16
};

/// A kind of file that multipliers are imported from. One file per kind defines one and registers it.
struct CircuitSource {
  std::vector<std::string> extensions;  ///< with the dot; empty: files of any other name
  std::string description;
  /// Tabulates the circuit for operands of 8 bits, extended to the circuit's own width. Throws UserError.
  ProductTable (*tabulate)(const CircuitDescription& circuit);
};

/// How long a circuit's compilation, and then its 65,536 products, may take.
constexpr auto kCompileLimit = std::chrono::minutes(5);
constexpr auto kTabulateLimit = std::chrono::minutes(1);

/// All kinds, in no order.
std::vector<CircuitSource>& circuit_sources();

struct CircuitSourceRegistration {
  explicit CircuitSourceRegistration(CircuitSource source) { circuit_sources().push_back(std::move(source)); }
};

/// Tabulates a circuit of any kind, and checks that the table is one of the declared type (check_declared_type).
/// Throws UserError.
ProductTable tabulate_circuit(const CircuitDescription& circuit);

/// Throws UserError at `second.file` when two tables of one circuit differ: in how many products, the first of them,
/// and whether they are the same with exchanged operands.
void check_same_circuit(const ProductTable& first, const ProductTable& second, const std::string& second_file);

/// The number in the low `product_bits` of a word, which must hold nothing else but its sign: a C function may return
/// the bare pattern or the number. Throws UserError at `where` otherwise.
int32_t product_of_pattern(int64_t word, int product_bits, bool is_signed, const std::string& where);

/// The products that a harness wrote: 65,536 words of 64 bits, row-major [a][b], to be read by product_of_pattern().
ProductTable table_of_words(const std::string& words, int product_bits, const CircuitDescription& circuit);

}  // namespace faultline::multiplier
