#pragma once

#include <nlohmann/json.hpp>
#include <optional>

namespace faultline::cost {

/// Gate equivalents of the circuits of the protection units (protection_cost()) in the accelerator of an experiment
/// whose effective settings and population are given as a result store holds them. Where neurons are struck, the unit
/// for their scheme counts too. Nothing where they are not known: no Yosys, another architecture, or operands that
/// the generated RTL has not. Throws UserError when Yosys fails.
std::optional<double> protection_gate_equivalents(const nlohmann::ordered_json& experiment,
                                                  const nlohmann::ordered_json& population);

}  // namespace faultline::cost
