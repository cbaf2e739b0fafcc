#pragma once

#include <filesystem>

#include "hw/systolic/grid_config.h"
#include "rtl/generator/design.h"

namespace faultline::rtl {

/// Proves that faults reach every site of a new model, from the model alone: what is deposited in a register stays
/// there and touches no other one, and a flipped bit of each register (a forced bit of each wire) changes an
/// output or what the next edge stores. Registers that nothing reads (operands that leave the grid) need only the
/// first. Reset must leave 0 in every register.
///
/// Throws RtlError with the path of a site that faults do not reach.
void poke_test(const std::filesystem::path& library, const Design& design, const hw::GridConfig& config);

}  // namespace faultline::rtl
