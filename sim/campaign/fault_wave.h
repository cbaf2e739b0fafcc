#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hw/fault/faults.h"
#include "sim/campaign/difference_trace.h"
#include "sim/engine/simulation_engine.h"

namespace faultline::campaign {

/// What a waveform holds.
struct WaveSummary {
  size_t signals = 0;
  uint64_t first_cycle = 0;
  uint64_t last_cycle = 0;
};

/// Writes a waveform (VCD) of an inference with faults, from a little before the first fault to some hundred cycles
/// after it and, when the difference spreads only later, likewise around that time; less where the run reconverges. Its
/// signals are the struck sites, the registers and wires of their block at the same place, and the elements that differ
/// from the fault-free run in these cycles, the first of them where they are very many. `reached` are the structures to
/// look for those in, as InjectionStory has them. Throws UserError when `path` cannot be written; a file of that name
/// is replaced only when the waveform is whole.
WaveSummary write_fault_wave(engine::SimulationEngine& engine, const model::Values& input, const hw::Faults& faults,
                             uint64_t cycle_limit, const std::vector<Reach>& reached, const std::string& path);

}  // namespace faultline::campaign
