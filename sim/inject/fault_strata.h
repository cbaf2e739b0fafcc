#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "sim/inject/fault_sampler.h"
#include "sim/inject/fault_space.h"

namespace faultline::inject {

/// A named part of a population.
struct FaultStratum {
  std::string name;
  FaultSpace space;
};

/// A way to divide a population: by structure (field), by layer in whose cycles the fault starts, by bit position (the
/// lowest of the mask).
struct StratumFactor {
  std::string name;
  /// The parts of a space, none empty. Throws UserError at the space's place where it cannot be divided so.
  std::function<std::vector<FaultStratum>(const FaultSpace& space, const SampleContext& context)> divide;
};

/// structure, layer, bit.
const std::vector<StratumFactor>& stratum_factors();

/// The parts that all of the named factors make together, named like "array.pe[*][*].psum, conv1, bit 3".
std::vector<FaultStratum> divide(const FaultSpace& space, const std::vector<std::string>& factors,
                                 const SampleContext& context);

}  // namespace faultline::inject
