#pragma once

#include <cstddef>
#include <string>

#include "hw/arithmetic/multiplier.h"
#include "hw/systolic/grid_config.h"
#include "rtl/generator/source_file.h"

namespace faultline::rtl {

/// Arrays with more elements whose multiplier is a bare table are refused: each of them is a memory of 1 Mibit.
constexpr int kMostTableElements = 256;
/// A kind has 8 bits.
constexpr size_t kMostRegions = 255;

/// The text of a module with ports activation, weight (in) and product (out), combinational: the multiplier's circuit
/// where it has one, `*` where it is exact, else a table of all its products.
std::string multiplier_text(const hw::Multiplier& multiplier, const std::string& module);

/// True for a multiplier whose text is a table of all products, a memory of 1 Mibit.
bool is_table(const hw::Multiplier& multiplier);

/// The kind of an element's multiplier: 0 is the array's own, i + 1 that of region i.
int multiplier_kind(const hw::GridConfig& config, int row, int column);

/// The module `systolic_multiplier` (multiplier_text). Where elements differ, its parameter KIND (multiplier_kind) says
/// which of several it is. Throws RtlError for a table in more than kMostTableElements, and for more than kMostRegions.
SourceFile multiplier_module(const hw::GridConfig& config);

}  // namespace faultline::rtl
