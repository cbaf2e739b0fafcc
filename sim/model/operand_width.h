#pragma once

#include <string>

#include "sim/model/network.h"

namespace faultline::model {

/// Throws UserError where the network's operands are wider than 8 bits; `what` takes only those of 8 ("the GPU").
void require_8_bit_operands(const Network& network, const std::string& what);

}  // namespace faultline::model
