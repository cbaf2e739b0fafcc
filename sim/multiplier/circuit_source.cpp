#include "sim/multiplier/circuit_source.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::multiplier {
namespace {

const CircuitSource& source_for(const std::string& file) {
  const std::string extension = std::filesystem::path(file).extension().string();
  const CircuitSource* any_other = nullptr;
  for (const CircuitSource& source : circuit_sources()) {
    if (source.extensions.empty()) {
      any_other = &source;
    } else if (std::count(source.extensions.begin(), source.extensions.end(), extension) != 0) {
      return source;
    }
  }
  return *any_other;
}

}  // namespace

std::vector<CircuitSource>& circuit_sources() {
  static std::vector<CircuitSource> all;
  return all;
}

ProductTable tabulate_circuit(const CircuitDescription& circuit) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(circuit.file, error)) {
    throw UserError(circuit.file, 0, "is no file that can be read", "give Verilog (.v, .sv), C (.c) or a table");
  }
  ProductTable table = source_for(circuit.file).tabulate(circuit);
  table.name = circuit.name.empty() ? std::filesystem::path(circuit.file).stem().string() : circuit.name;
  check_declared_type(table, circuit.file);
  return table;
}

void check_same_circuit(const ProductTable& first, const ProductTable& second, const std::string& second_file) {
  int different = 0;
  int exchanged = 0;
  std::string example;
  for (int a = 0; a < ProductTable::kOperands; ++a) {
    for (int b = 0; b < ProductTable::kOperands; ++b) {
      exchanged += first.product(a, b) != second.product(b, a) ? 1 : 0;
      if (first.product(a, b) != second.product(a, b) && ++different == 1) {
        example = fmt::format("{} x {} is {} there and {} here", first.operand(a), first.operand(b),
                              first.product(a, b), second.product(a, b));
      }
    }
  }
  if (different != 0) {
    throw UserError(second_file, 0,
                    fmt::format("disagrees with the imported circuit in {} of 65536 products: {}", different, example),
                    exchanged == 0 ? "the operands are exchanged" : "they are not the same circuit");
  }
}

int32_t product_of_pattern(int64_t word, int product_bits, bool is_signed, const std::string& where) {
  const int64_t codes = int64_t{1} << product_bits;
  if (word < -codes / 2 || word >= codes) {
    throw UserError(where, 0, fmt::format("gives {}, which {} bits cannot hold", word, product_bits),
                    "the product must have twice as many bits as an operand");
  }
  const int64_t pattern = word & (codes - 1);
  return static_cast<int32_t>(is_signed && pattern >= codes / 2 ? pattern - codes : pattern);
}

ProductTable table_of_words(const std::string& words, int product_bits, const CircuitDescription& circuit) {
  ProductTable table;
  table.is_signed = circuit.is_signed;
  if (words.size() != ProductTable::kEntries * sizeof(int64_t)) {
    throw UserError(circuit.file, 0, "ends before it has given all products", "it must return for all operands");
  }
  for (size_t i = 0; i < ProductTable::kEntries; ++i) {
    int64_t word = 0;
    std::memcpy(&word, words.data() + i * sizeof word, sizeof word);
    table.products[i] = product_of_pattern(word, product_bits, circuit.is_signed, circuit.file);
  }
  return table;
}

}  // namespace faultline::multiplier
