#pragma once

#include <string>

#include "rtl/generator/design.h"

namespace faultline::rtl {

/// The state map of a design as JSON: for each field of the state table its path in the model, its path in the RTL,
/// kind, width and dimensions. docs/rtl.md describes the keys.
std::string state_map(const Design& design);

}  // namespace faultline::rtl
