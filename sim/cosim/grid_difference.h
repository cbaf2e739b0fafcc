#pragma once

#include <string>
#include <vector>

#include "sim/cosim/difference.h"
#include "sim/cosim/grid_lockstep.h"

namespace faultline::cosim {

/// Runs a case that is known to differ once more and tells what wrote the signal last; writes waveforms of both engines
/// into `wave_folder` unless it is empty. `lockstep` stands where `divergence` was found. Throws UserError when the
/// folder cannot be written to.
Difference examine(GridLockstep& lockstep, const hw::GridConfig& config, const EngineNames& names,
                   const GridProgram& program, const std::vector<hw::Fault>& faults, const rtl::Divergence& divergence,
                   const std::string& wave_folder);

}  // namespace faultline::cosim
