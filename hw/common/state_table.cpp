#include "hw/common/state_table.h"

#include <stdexcept>
#include <utility>

namespace faultline::hw {
namespace {

/// The bytes at `place` as an unsigned number of `bytes` bytes (little-endian hosts only, as x86-64 and AArch64 are).
uint64_t load(const std::byte* place, int bytes) {
  uint64_t value = 0;
  std::memcpy(&value, place, static_cast<size_t>(bytes));
  return value;
}

}  // namespace

const char* to_string(StateKind kind) {
  switch (kind) {
    case StateKind::kRegister:
      return "register";
    case StateKind::kMemory:
      return "memory";
    case StateKind::kWire:
      return "wire";
    case StateKind::kEnvironment:
      return "environment";
  }
  return "unknown";
}

size_t StateField::element_count() const {
  size_t count = 1;
  for (const int extent : dimensions) {
    count *= static_cast<size_t>(extent);
  }
  return count;
}

size_t StateField::byte_of(size_t element) const {
  size_t place = offset;
  for (size_t d = dimensions.size(); d-- > 0;) {
    const auto extent = static_cast<size_t>(dimensions[d]);
    place += (element % extent) * strides[d];
    element /= extent;
  }
  return place;
}

size_t StateTable::place(StateField field, size_t row_padding) {
  const size_t start = (arena_.size() + kAlignment - 1) / kAlignment * kAlignment;
  field.offset = start;
  field.strides.assign(field.dimensions.size(), 0);
  auto stride = static_cast<size_t>(field.element_bytes);
  for (size_t d = field.dimensions.size(); d-- > 0;) {
    field.strides[d] = stride;
    const auto extent = static_cast<size_t>(field.dimensions[d]);
    const bool innermost = d + 1 == field.dimensions.size();
    stride *= extent + (innermost ? row_padding : 0);
  }
  arena_.resize((start + stride + kAlignment - 1) / kAlignment * kAlignment);
  fields_.push_back(std::move(field));
  return start;
}

void StateTable::add_wire(StateField field) {
  field.kind = StateKind::kWire;
  fields_.push_back(std::move(field));
}

size_t StateTable::field_index(const std::string& path) const {
  for (size_t i = 0; i < fields_.size(); ++i) {
    if (fields_[i].path == path) {
      return i;
    }
  }
  throw std::out_of_range("no field " + path + " in the state table");
}

uint64_t StateTable::peek(Site site) const {
  const StateField& field = fields_[site.field];
  if (field.kind == StateKind::kWire) {
    return field.read_wire(site.element) & field.value_mask();
  }
  return load(arena_.data() + field.byte_of(site.element), field.element_bytes) & field.value_mask();
}

void StateTable::poke(Site site, uint64_t value) {
  const StateField& field = fields_[site.field];
  value &= field.value_mask();
  const bool negative = field.is_signed && ((value >> (field.bits - 1)) & 1) != 0;
  if (negative) {
    value |= ~field.value_mask();
  }
  std::memcpy(arena_.data() + field.byte_of(site.element), &value, static_cast<size_t>(field.element_bytes));
}

void StateTable::set_reset_value(Site site, uint64_t value) {
  if (value != 0) {
    reset_values_.push_back({site, value});
  }
  poke(site, value);
}

void StateTable::reset() {
  std::memset(arena_.data(), 0, arena_.size());
  for (const ResetValue& reset : reset_values_) {
    poke(reset.site, reset.value);
  }
}

std::string element_path(const StateField& field, size_t element) {
  std::vector<size_t> indices(field.dimensions.size());
  for (size_t d = field.dimensions.size(); d-- > 0;) {
    const auto extent = static_cast<size_t>(field.dimensions[d]);
    indices[d] = element % extent;
    element /= extent;
  }
  std::string path;
  size_t next = 0;
  for (const char symbol : field.path) {
    if (symbol == '*') {
      path += std::to_string(indices[next++]);
    } else {
      path += symbol;
    }
  }
  return path;
}

}  // namespace faultline::hw
