#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sim/multiplier/product_table.h"

namespace faultline::multiplier {

/// What is kept beside an imported table, in FILE.json: the name, the type, the order, the circuit's file, the figures
/// that its head states (published), which of them the table contradicts (disagreeing), and its errors (measured).
nlohmann::ordered_json table_description(const ProductTable& table, const std::string& circuit_file);

/// Writes a file whole or not at all. Throws UserError.
void write_whole_file(const std::string& path, const std::string& content);

/// Writes the table as 65,536 16-bit entries, little-endian, row-major [a][b], and the description to `path`.json,
/// which tells later readers the table's type. Throws UserError.
void write_table_file(const std::string& path, const ProductTable& table, const nlohmann::ordered_json& description);

}  // namespace faultline::multiplier
