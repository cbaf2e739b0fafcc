#pragma once

#include "hw/common/signal_value.h"

namespace faultline::hw::gpu {

// What SystemC asks of the types of signals is found in the type's own namespace only.
using hw::sc_trace;
using hw::operator<<;

}  // namespace faultline::hw::gpu
