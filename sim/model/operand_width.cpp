#include "sim/model/operand_width.h"

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::model {

void require_8_bit_operands(const Network& network, const std::string& what) {
  if (network.format.wide()) {
    throw UserError(network.file, 0, fmt::format("the network has operands of {} bits", network.format.operand_bits),
                    what + " takes networks with operands of 8 bits");
  }
}

}  // namespace faultline::model
