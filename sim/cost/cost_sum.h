#pragma once

#include "sim/cost/synthesis.h"

namespace faultline::cost {

/// Several of one circuit beside each other. The depth stays.
SynthesisResult times(const SynthesisResult& one, int count);

/// Two circuits beside each other: the deeper one's depth. Without switching energy, and with an area only where both
/// have one.
SynthesisResult sum(const SynthesisResult& a, const SynthesisResult& b);

}  // namespace faultline::cost
