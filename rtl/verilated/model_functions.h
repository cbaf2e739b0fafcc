#pragma once

#include <cstdint>

namespace faultline::rtl {

/// The functions that the shared library of a Verilated model exports, each under the name of its member with
/// `faultline_` in front. `model` is what create() returned; rows and columns are those of the design.
struct ModelFunctions {
  void* (*create)() = nullptr;
  void (*destroy)(void* model) = nullptr;
  /// Drives the edges: `rows` (west) and `columns` (north) operands. `column_control` is shift or drain.
  void (*show)(void* model, const int8_t* west_value, const uint8_t* west_valid, const uint8_t* west_control,
               const int8_t* north_value, const uint8_t* north_valid, const uint8_t* column_control) = nullptr;
  /// Drives clock and reset and lets everything settle; a clock that rises is an edge.
  void (*evaluate)(void* model, int clock, int reset) = nullptr;
  /// Reads the `columns` sums of the south edge.
  void (*south)(void* model, int32_t* sums) = nullptr;
  /// The storage of a public signal, 1, 2, 4 or 8 bytes, or nullptr. `scope` is its instance below the top module.
  void* (*signal)(void* model, const char* scope, const char* name) = nullptr;
  /// Fills in where the enable and value masks of every element of every wire lie, in the order of the state map.
  /// Returns how many there are: 0 in a deposit model.
  uint64_t (*forces)(void* model, void** enables, void** values) = nullptr;
};

}  // namespace faultline::rtl
