#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::inject {

/// A state table of a few fields of every kind.
struct SmallTable {
  hw::StateTable table;

  SmallTable() {
    add<int32_t>("array.pe[*][*].psum", 32, {4, 3}, hw::StateKind::kRegister);                // 0
    add<int8_t>("array.pe[*][*].weight", 8, {4, 3}, hw::StateKind::kRegister);                // 1
    add<uint8_t>("array.pe[*][*].weight_valid", 1, {4, 3}, hw::StateKind::kRegister);         // 2
    hw::StateField wire = field("array.pe[*][*].product", 16, {4, 3}, hw::StateKind::kWire);  // 3
    wire.read_wire = [](size_t) { return uint64_t{0}; };
    table.add_wire(wire);
    add<uint8_t>("buffer.weight[*]", 8, {100}, hw::StateKind::kMemory);          // 4
    add<uint32_t>("controller.command.rows", 24, {}, hw::StateKind::kRegister);  // 5
    add<uint32_t>("controller.phase", 24, {}, hw::StateKind::kRegister);         // 6
    add<uint64_t>("dram.request", 64, {}, hw::StateKind::kEnvironment);          // 7
  }

 private:
  static hw::StateField field(std::string path, int bits, std::vector<int> dimensions, hw::StateKind kind) {
    hw::StateField made;
    made.path = std::move(path);
    made.bits = bits;
    made.dimensions = std::move(dimensions);
    made.kind = kind;
    return made;
  }
  template <typename T>
  void add(std::string path, int bits, std::vector<int> dimensions, hw::StateKind kind) {
    table.add<T>(field(std::move(path), bits, std::move(dimensions), kind));
  }
};

}  // namespace faultline::inject
