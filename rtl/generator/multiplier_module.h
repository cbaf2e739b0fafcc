#pragma once

#include "hw/arithmetic/multiplier.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// The module `systolic_multiplier` with ports activation, weight (in) and product (out), combinational: `*` where the
/// multiplier is exact, else a table of all its products.
SourceFile multiplier_module(const hw::Multiplier& multiplier);

}  // namespace faultline::rtl
