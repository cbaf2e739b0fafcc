#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::hw {

/// A register (or an array of them) in the state table, written with its declared width: values wrap, as in hardware.
///
/// T is the storage type; the declared width may be smaller (a 24-bit counter in a uint32_t).
template <typename T>
class StateRegister {
 public:
  StateRegister() = default;
  StateRegister(StateTable& table, std::string path, int bits, std::vector<int> dimensions = {},
                StateKind kind = StateKind::kRegister)
      : shift_(static_cast<int>(sizeof(T)) * 8 - bits) {
    StateField field;
    field.path = std::move(path);
    field.kind = kind;
    field.bits = bits;
    field.is_signed = std::is_signed_v<T>;
    field.dimensions = std::move(dimensions);
    array_ = table.add<T>(std::move(field));
  }

  T get(size_t index = 0) const { return array_[index]; }
  T* data() const { return array_.data(); }
  /// Stores the low bits of `value`, sign-extended when T is signed.
  void set(int64_t value, size_t index = 0) const { array_[index] = wrap(value); }
  T wrap(int64_t value) const {
    using Unsigned = std::make_unsigned_t<T>;
    return static_cast<T>(static_cast<T>(static_cast<Unsigned>(static_cast<Unsigned>(value) << shift_)) >> shift_);
  }

 private:
  StateArray<T> array_;
  int shift_ = 0;
};

}  // namespace faultline::hw
