#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <new>
#include <string>
#include <vector>

namespace faultline::hw {

/// What a field of the state table is.
enum class StateKind {
  kRegister,     ///< flip-flops; injectable
  kMemory,       ///< words of a buffer; injectable
  kWire,         ///< combinational value; injectable, has no storage
  kEnvironment,  ///< state outside the accelerator (DRAM's requests in flight): part of snapshots, not injectable
};

/// The name of a kind as `faultline sites` prints it.
const char* to_string(StateKind kind);

/// One named array of equal elements in the state of the accelerator: the unit of the fault space.
///
/// `path` holds one `[*]` per dimension, in order: "array.pe[*][*].psum" with dimensions {16, 16}. A scalar has none.
struct StateField {
  std::string path;
  StateKind kind = StateKind::kRegister;
  int bits = 1;                 ///< width of one element, 1 to 64
  bool is_signed = false;       ///< storage holds the sign-extended value
  std::vector<int> dimensions;  ///< extents, outermost first

  // Where the elements lie; filled by StateTable.
  size_t offset = 0;            ///< of element 0, in bytes from the start of the arena
  int element_bytes = 1;        ///< 1, 2, 4 or 8
  std::vector<size_t> strides;  ///< bytes between neighbours of each dimension
  /// Wires only: the settled value of one element (flattened row-major index), computed from registers.
  std::function<uint64_t(size_t element)> read_wire;

  /// False for what lies outside the accelerator, which no fault strikes.
  bool injectable() const { return kind != StateKind::kEnvironment; }
  size_t element_count() const;
  uint64_t bit_count() const { return static_cast<uint64_t>(bits) * element_count(); }
  uint64_t value_mask() const { return bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1; }
  /// Position in the arena of an element given by its row-major index. Undefined for wires.
  size_t byte_of(size_t element) const;
};

/// One element of one field.
struct Site {
  size_t field = 0;    ///< index in StateTable::fields()
  size_t element = 0;  ///< row-major index over the field's dimensions

  bool operator==(const Site& other) const { return field == other.field && element == other.element; }
};

class StateTable;

/// A core's handle on its own field: typed access without a lookup. Valid as long as the table.
template <typename T>
class StateArray {
 public:
  StateArray() = default;
  StateArray(StateTable* table, size_t offset) : table_(table), offset_(offset) {}
  /// The first element. Fetch it once before a loop; it moves while cores are still being constructed.
  T* data() const;
  T& operator[](size_t index) const { return data()[index]; }

 private:
  StateTable* table_ = nullptr;
  size_t offset_ = 0;
};

/// The state of one accelerator: one contiguous arena and the descriptors of everything in it.
///
/// Cores add their fields at construction and keep StateArray handles. Listing sites, injecting, snapshots, waveforms
/// and the map to RTL names all read this table. Fields reset to 0 but for those with a reset value of their own;
/// snapshots are plain copies of the arena.
class StateTable {
 public:
  static constexpr size_t kAlignment = 64;

  StateTable() = default;
  StateTable(const StateTable&) = delete;
  StateTable& operator=(const StateTable&) = delete;

  /// Adds a field whose elements lie row-major. `row_padding` is the number of unused elements after each innermost
  /// row, so that SIMD code may run over the end of a row. T is the storage type: signed for signed fields.
  template <typename T>
  StateArray<T> add(StateField field, size_t row_padding = 0) {
    field.element_bytes = static_cast<int>(sizeof(T));
    return {this, place(std::move(field), row_padding)};
  }

  /// Adds a wire. `field.read_wire` must be set.
  void add_wire(StateField field);

  const std::vector<StateField>& fields() const { return fields_; }
  /// The field with this path, as in StateField::path. Throws std::out_of_range when there is none.
  size_t field_index(const std::string& path) const;

  /// The bits of one element (zero-extended to 64); for a wire its settled value.
  uint64_t peek(Site site) const;
  /// Writes the low `bits` of `value`. Not for wires.
  void poke(Site site, uint64_t value);

  std::byte* arena() { return arena_.data(); }
  const std::byte* arena() const { return arena_.data(); }
  size_t arena_bytes() const { return arena_.size(); }

  /// Makes reset() give an element this value instead of 0; the element takes it at once. Not for wires.
  void set_reset_value(Site site, uint64_t value);
  void reset();
  std::vector<std::byte> snapshot() const { return {arena_.begin(), arena_.end()}; }
  /// `saved` comes from snapshot() of a table with the same fields.
  void restore(const std::vector<std::byte>& saved) { std::memcpy(arena_.data(), saved.data(), arena_.size()); }
  bool equals(const std::vector<std::byte>& saved) const {
    return std::memcmp(arena_.data(), saved.data(), arena_.size()) == 0;
  }

 private:
  template <typename T>
  struct AlignedAllocator {
    using value_type = T;
    AlignedAllocator() = default;
    template <typename U>
    explicit AlignedAllocator(const AlignedAllocator<U>&) {}
    T* allocate(size_t n) { return static_cast<T*>(::operator new (n * sizeof(T), std::align_val_t{kAlignment})); }
    void deallocate(T* p, size_t) { ::operator delete (p, std::align_val_t{kAlignment}); }
    bool operator==(const AlignedAllocator&) const { return true; }
    bool operator!=(const AlignedAllocator&) const { return false; }
  };

  size_t place(StateField field, size_t row_padding);

  struct ResetValue {
    Site site;
    uint64_t value;
  };

  std::vector<StateField> fields_;
  std::vector<ResetValue> reset_values_;  ///< those that are not 0
  std::vector<std::byte, AlignedAllocator<std::byte>> arena_;
};

template <typename T>
T* StateArray<T>::data() const {
  return reinterpret_cast<T*>(table_->arena() + offset_);
}

/// The path of one element: "array.pe[3][5].psum".
std::string element_path(const StateField& field, size_t element);

}  // namespace faultline::hw
