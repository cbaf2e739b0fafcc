#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "hw/common/state_table.h"
#include "rtl/generator/design.h"
#include "rtl/verilated/model_functions.h"

namespace faultline::rtl {

/// Bytes of a port or signal of this many bits, as Verilator stores it.
size_t storage_bytes(int bits);

/// A Verilated design, loaded from its shared library: its pins, its registers and, in a forceable model, its wires.
///
/// The registers of the RTL hold the state. copy_to() and copy_from() move all of it between them and the fields of a
/// state table; signals are those of the design's state map, by their index there.
class VerilatedModel {
 public:
  /// Makes an instance; several may live at once. `table` holds the design's fields from index `first_field` on.
  /// Throws RtlError when the library cannot be loaded or lacks a signal.
  VerilatedModel(const std::filesystem::path& library, const Design& design, const hw::StateTable& table,
                 size_t first_field);
  ~VerilatedModel();
  VerilatedModel(const VerilatedModel&) = delete;
  VerilatedModel& operator=(const VerilatedModel&) = delete;

  /// The storage of a port of the top module: storage_bytes(pin.bits) bytes, the least significant first.
  void* pin(const Pin& pin) const;
  /// Lets everything settle with the clock at this level; an edge where it was low before and is high now.
  void evaluate(bool clock, bool reset = false);
  /// Holds reset for as many edges as the design says; leaves the clock high and reset inactive.
  void reset();

  void copy_to(hw::StateTable& table) const;
  /// The next evaluate() makes wires and outputs follow.
  void copy_from(const hw::StateTable& table);

  /// The bits of an element of a register or, in a forceable model, of a wire (as driven, not as forced).
  uint64_t peek(size_t signal, size_t element) const;
  void poke(size_t signal, size_t element, uint64_t value);
  /// From the next evaluate() on the bits of `mask` of a wire have the values of those of `value`; mask 0 ends it.
  void force(size_t signal, size_t element, uint64_t mask, uint64_t value);
  bool forceable() const { return !enables_.empty(); }

 private:
  /// Where the RTL keeps an element, and its place in the state table's arena.
  struct Cell {
    void* storage;
    size_t place;
  };
  /// Where the bits of an element begin.
  struct Place {
    std::byte* byte;
    unsigned bit;  ///< 0 to 7
  };
  /// A memory, whose words follow one another in both.
  struct Run {
    std::byte* storage;
    size_t place;
    size_t words;
    size_t storage_bytes;  ///< of a word
    size_t table_bytes;    ///< likewise, as many or more
  };
  static void copy_words(const std::byte* from, size_t from_bytes, std::byte* to, size_t to_bytes, size_t words);
  template <typename T>
  static void copy_cells_to(const std::vector<Cell>& cells, std::byte* arena);
  template <typename T>
  static void copy_cells_from(const std::vector<Cell>& cells, const std::byte* arena);

  void load(const std::filesystem::path& library);
  void find_signals(const Design& design, const hw::StateTable& table, size_t first_field);
  void* find(const Design& design, const MappedSignal& signal, size_t element) const;
  void find_forces(const Design& design);
  void add_stored(size_t signal, bool packed, const std::vector<Place>& places, const hw::StateField& field);
  /// Where an element lies in what Verilator keeps at `storage`: its own word, or a slice of a vector.
  static Place place_of(void* storage, const MappedSignal& signal, size_t element);
  static uint64_t load_bits(Place place, int bits);
  static void store_bits(Place place, int bits, uint64_t value);

  struct Signal {
    int bits;
    std::vector<Place> places;  ///< by element; empty for the wires of a deposit model
    size_t first_force;         ///< of a wire's elements in enables_
  };

  const int reset_cycles_;
  void* library_ = nullptr;
  ModelFunctions functions_;
  void* model_ = nullptr;
  std::vector<Signal> signals_;
  std::vector<Cell> cells_of_1_, cells_of_2_, cells_of_4_, cells_of_8_;  ///< by bytes
  /// Elements that are no words of their own, or whose sign the table extends; field: index in signals_.
  std::vector<hw::Site> converted_;
  std::vector<Run> runs_;  ///< of memories
  const size_t first_field_;
  std::vector<Place> enables_, values_;  ///< of all elements of all wires
};

}  // namespace faultline::rtl
