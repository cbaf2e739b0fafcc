#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "hw/common/state_table.h"
#include "rtl/generator/design.h"
#include "rtl/verilated/model_cache.h"

namespace faultline::rtl {

/// To be raised whenever the test asks for more: models that passed an earlier one are tested again.
constexpr int kPokeTestVersion = 1;

/// Whether a new model must prove that faults reach all of its sites.
enum class SiteCheck { kPoke, kNone };

/// Adds the fields of a design's signals to an empty table, in their order.
using AddFields = std::function<void(hw::StateTable& table)>;

/// Proves that faults reach every site of a new model, from the model alone: what is deposited in a register or memory
/// stays there and touches nothing else, and a flipped bit of each register (a forced bit of each wire) changes an
/// output or what the next edge stores. A memory, one array in the RTL, is struck in all of its words at once. Elements
/// that nothing reads need only the first. Reset must leave every register at its reset value.
///
/// Throws RtlError with the path of a site that faults do not reach.
void poke_test(const std::filesystem::path& library, const Design& design, const AddFields& add_fields);

/// The poke test as a check of models of this design, which must outlive it, or none.
std::optional<ModelCheck> model_check(SiteCheck check, const Design& design, const AddFields& add_fields);

}  // namespace faultline::rtl
