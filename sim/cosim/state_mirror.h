#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::cosim {

/// Everything that a state table shows in one cycle.
struct StateImage {
  std::vector<std::byte> arena;
  std::vector<uint64_t> wires;  ///< elements of all wires, in the order of the fields
};

/// The present image of a table.
StateImage image_of(const hw::StateTable& table);

/// A table with the fields of another that shows images of it.
class StateMirror {
 public:
  explicit StateMirror(const hw::StateTable& original);
  StateMirror(const StateMirror&) = delete;
  StateMirror& operator=(const StateMirror&) = delete;

  void show(const StateImage& image);
  const hw::StateTable& table() const { return table_; }

 private:
  std::vector<uint64_t> wires_;
  hw::StateTable table_;
};

}  // namespace faultline::cosim
