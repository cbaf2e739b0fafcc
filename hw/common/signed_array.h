#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hw/common/signed_bits.h"
#include "hw/common/state_table.h"

namespace faultline::hw {

/// Registers of signed numbers in the state table whose width is a parameter of the machine: the smallest storage type
/// that holds it is chosen when the machine is built.
class SignedArray {
 public:
  SignedArray() = default;
  /// Adds `field` to `table`; its width is `field.bits`, 1 to 64.
  SignedArray(StateTable& table, StateField field, size_t row_padding = 0) {
    bits_ = field.bits;
    field.is_signed = true;
    bits_ > 32   ? add<int64_t>(table, std::move(field), row_padding)
    : bits_ > 16 ? add<int32_t>(table, std::move(field), row_padding)
    : bits_ > 8  ? add<int16_t>(table, std::move(field), row_padding)
                 : add<int8_t>(table, std::move(field), row_padding);
  }
  SignedArray(StateTable& table, std::string path, int bits, std::vector<int> dimensions,
              StateKind kind = StateKind::kRegister)
      : SignedArray(table, describe(std::move(path), bits, std::move(dimensions), kind)) {}

  int bits() const { return bits_; }
  int element_bytes() const { return bytes_; }
  /// T must be the storage type: int8_t up to 8 bits, int16_t up to 16, int32_t up to 32, int64_t above.
  template <typename T>
  T* data() const {
    return reinterpret_cast<T*>(raw());
  }
  std::byte* raw() const { return table_->arena() + offset_; }

  int64_t get(size_t index) const {
    switch (bytes_) {
      case 1:
        return data<int8_t>()[index];
      case 2:
        return data<int16_t>()[index];
      case 4:
        return data<int32_t>()[index];
      default:
        return data<int64_t>()[index];
    }
  }
  /// Stores the low bits of `value`, sign-extended.
  void set(size_t index, int64_t value) const {
    const int64_t stored = wrap_to(value, bits_);
    switch (bytes_) {
      case 1:
        data<int8_t>()[index] = static_cast<int8_t>(stored);
        break;
      case 2:
        data<int16_t>()[index] = static_cast<int16_t>(stored);
        break;
      case 4:
        data<int32_t>()[index] = static_cast<int32_t>(stored);
        break;
      default:
        data<int64_t>()[index] = stored;
    }
  }

 private:
  static StateField describe(std::string path, int bits, std::vector<int> dimensions, StateKind kind) {
    StateField field;
    field.path = std::move(path);
    field.kind = kind;
    field.bits = bits;
    field.dimensions = std::move(dimensions);
    return field;
  }
  template <typename T>
  void add(StateTable& table, StateField field, size_t row_padding) {
    table_ = &table;
    bytes_ = static_cast<int>(sizeof(T));
    table.add<T>(std::move(field), row_padding);
    offset_ = table.fields().back().offset;
  }

  StateTable* table_ = nullptr;
  size_t offset_ = 0;
  int bits_ = 0;
  int bytes_ = 0;
};

}  // namespace faultline::hw
