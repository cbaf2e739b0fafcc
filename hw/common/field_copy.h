#pragma once

#include <cstddef>

#include "hw/common/state_table.h"

namespace faultline::hw {

/// Adds a register or memory like one of another table: the same path, width, dimensions and storage.
inline void add_like(StateTable& table, const StateField& field) {
  const size_t depth = field.dimensions.size();
  const size_t padding = depth < 2 ? 0
                                   : field.strides[depth - 2] / field.strides[depth - 1] -
                                         static_cast<size_t>(field.dimensions[depth - 1]);
  switch (field.element_bytes) {
    case 1:
      table.add<uint8_t>(field, padding);
      return;
    case 2:
      table.add<uint16_t>(field, padding);
      return;
    case 4:
      table.add<uint32_t>(field, padding);
      return;
    default:
      table.add<uint64_t>(field, padding);
  }
}

}  // namespace faultline::hw
