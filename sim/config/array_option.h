#pragma once

#include <string>

#include "hw/systolic/dataflow.h"

namespace faultline::config {

/// Rows and columns of the array, 1 to 256 each.
struct ArrayShape {
  int rows = 16;
  int columns = 16;
};

/// "16x16" -> rows x columns. Throws UserError at `where`:`line`.
ArrayShape parse_array(const std::string& text, const std::string& where, int line = 0);

/// "ws", "os" or "is". Throws UserError at `where`:`line`.
hw::Dataflow parse_dataflow(const std::string& text, const std::string& where, int line = 0);

}  // namespace faultline::config
