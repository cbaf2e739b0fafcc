#pragma once

#include <cstdint>

namespace faultline::rtl {

/// The functions that the shared library of a Verilated model exports, each under the name of its member with
/// `faultline_` in front. `model` is what create() returned.
struct ModelFunctions {
  void* (*create)() = nullptr;
  void (*destroy)(void* model) = nullptr;
  /// The storage of a port of the top module, least significant byte first, or nullptr.
  void* (*pin)(void* model, const char* name) = nullptr;
  /// Drives clock and reset and lets everything settle; a clock that rises is an edge.
  void (*evaluate)(void* model, int clock, int reset) = nullptr;
  /// The storage of a public signal, 1, 2, 4 or 8 bytes, or of word 0 of a memory, or nullptr. `scope` is its instance
  /// below the top module.
  void* (*signal)(void* model, const char* scope, const char* name) = nullptr;
  /// Fills in where the enable and value masks of every element of every wire lie, in the order of the state map.
  /// Returns how many there are: 0 in a deposit model.
  uint64_t (*forces)(void* model, void** enables, void** values) = nullptr;
};

}  // namespace faultline::rtl
