#pragma once

#include "hw/arithmetic/multiplier.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// Larger arrays whose multiplier is a bare table are refused: each element is a memory of 1 Mibit.
constexpr int kMostTableElements = 256;

/// The module `systolic_multiplier` with ports activation, weight (in) and product (out), combinational: the
/// multiplier's circuit where it has one, `*` where it is exact, else a table of all its products. `elements` is how
/// many of it there will be. Throws RtlError for a table in more than kMostTableElements.
SourceFile multiplier_module(const hw::Multiplier& multiplier, int elements);

}  // namespace faultline::rtl
