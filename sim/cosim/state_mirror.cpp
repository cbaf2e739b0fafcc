#include "sim/cosim/state_mirror.h"

#include <stdexcept>

#include "hw/common/field_copy.h"

namespace faultline::cosim {
StateImage image_of(const hw::StateTable& table) {
  StateImage image{table.snapshot(), {}};
  for (const hw::StateField& field : table.fields()) {
    for (size_t element = 0; field.kind == hw::StateKind::kWire && element < field.element_count(); ++element) {
      image.wires.push_back(field.read_wire(element));
    }
  }
  return image;
}

StateMirror::StateMirror(const hw::StateTable& original) {
  for (const hw::StateField& field : original.fields()) {
    if (field.kind != hw::StateKind::kWire) {
      hw::add_like(table_, field);
      continue;
    }
    const size_t first = wires_.size();
    wires_.resize(first + field.element_count());
    hw::StateField wire = field;
    wire.read_wire = [this, first](size_t element) { return wires_[first + element]; };
    table_.add_wire(std::move(wire));
  }
  if (table_.arena_bytes() != original.arena_bytes()) {
    throw std::logic_error("a copy of the state table has another layout");
  }
}

void StateMirror::show(const StateImage& image) {
  table_.restore(image.arena);
  wires_ = image.wires;
}

}  // namespace faultline::cosim
