#pragma once

#include <cstdint>

#include "hw/common/state_table.h"
#include "hw/fault/fault.h"
#include "tests/support/random_layer.h"

namespace faultline::test {

/// A fault somewhere in `state`, in the first `cycles` cycles: two flips for one stuck-at. Fields are equally likely,
/// so that control is struck as often as buffers.
inline hw::Fault random_fault(LayerMaker& maker, const hw::StateTable& state, uint64_t cycles) {
  const auto& fields = state.fields();
  hw::Fault fault;
  do {
    fault.site.field = static_cast<size_t>(maker.between(0, static_cast<int>(fields.size()) - 1));
  } while (fields[fault.site.field].kind == hw::StateKind::kEnvironment);
  const hw::StateField& field = fields[fault.site.field];
  fault.site.element = static_cast<size_t>(maker.between(0, static_cast<int>(field.element_count()) - 1));
  fault.mask = uint64_t{1} << maker.between(0, field.bits - 1);
  fault.start = static_cast<uint64_t>(maker.between(0, static_cast<int>(cycles) - 1));
  if (maker.one_in(3)) {
    fault.model = maker.one_in(2) ? hw::FaultModel::kStuckAt0 : hw::FaultModel::kStuckAt1;
    fault.duration = static_cast<uint64_t>(maker.between(0, 200));
    fault.period = maker.one_in(4) ? fault.duration + 100 : 0;
  }
  return fault;
}

}  // namespace faultline::test
