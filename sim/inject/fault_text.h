#pragma once

#include <cstdint>
#include <string>

#include "hw/fault/fault.h"
#include "sim/inject/text_place.h"

namespace faultline::inject {

/// The name of a fault model in files and options: flip, stuck_at_0, stuck_at_1.
const char* to_string(hw::FaultModel model);

/// The model of that name. Throws UserError at `place`.
hw::FaultModel parse_fault_model(const std::string& name, const TextPlace& place);

/// A number in decimal or, after 0x, hexadecimal, up to 64 bits. `what` names it in the message. Throws UserError.
uint64_t parse_number(const std::string& text, const std::string& what, const TextPlace& place);

/// How long a window lasts where nothing is said: a flip one cycle, a stuck-at to the end of the run (0).
uint64_t default_duration(hw::FaultModel model);

/// Throws UserError unless `mask` has bits and all lie inside the field's width.
void check_mask(const hw::StateField& field, uint64_t mask, const TextPlace& place);

/// Throws UserError unless `start` is a cycle of a run of `run_cycles` cycles.
void check_start(uint64_t start, uint64_t run_cycles, const TextPlace& place);

}  // namespace faultline::inject
