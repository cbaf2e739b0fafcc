#include "rtl/lockstep/lockstep_comparison.h"

#include <cstring>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace faultline::rtl {

std::string Divergence::text() const {
  return fmt::format("cycle {}: {} is {:#x} in the reference, {:#x} in the other", cycle, signal, reference, other);
}

LockstepComparison::LockstepComparison(const hw::StateTable& reference, const hw::StateTable& other)
    : reference_(reference), other_(other) {
  bool same = reference.fields().size() == other.fields().size();
  for (size_t f = 0; same && f < reference.fields().size(); ++f) {
    const hw::StateField& left = reference.fields()[f];
    const hw::StateField& right = other.fields()[f];
    same = left.path == right.path && left.bits == right.bits && left.dimensions == right.dimensions &&
           left.offset == right.offset;
  }
  if (!same) {
    throw std::invalid_argument("two machines in lockstep have different fields");
  }
}

void LockstepComparison::add_output(const std::string& name, ReadOutput reference, ReadOutput other) {
  outputs_.push_back({name, std::move(reference), std::move(other)});
}

/// True if the field is stored without gaps and both machines hold the same: memories are too large to go over word by
/// word in every cycle.
bool LockstepComparison::stored_alike(const hw::StateField& field) const {
  const size_t bytes = field.element_count() * static_cast<size_t>(field.element_bytes);
  const bool dense =
      field.kind != hw::StateKind::kWire &&
      field.byte_of(field.element_count() - 1) == field.offset + bytes - static_cast<size_t>(field.element_bytes);
  return dense && std::memcmp(reference_.arena() + field.offset, other_.arena() + field.offset, bytes) == 0;
}

std::optional<Divergence> LockstepComparison::compare(uint64_t cycle) {
  for (size_t f = 0; f < reference_.fields().size(); ++f) {
    const hw::StateField& field = reference_.fields()[f];
    if (stored_alike(field)) {
      comparisons_ += field.element_count();
      continue;
    }
    for (size_t element = 0; element < field.element_count(); ++element) {
      const uint64_t expected = reference_.peek({f, element});
      const uint64_t found = other_.peek({f, element});
      ++comparisons_;
      if (expected != found) {
        return Divergence{cycle, hw::element_path(field, element), expected, found};
      }
    }
  }
  for (const Output& output : outputs_) {
    const uint64_t expected = output.reference();
    const uint64_t found = output.other();
    ++comparisons_;
    if (expected != found) {
      return Divergence{cycle, output.name, expected, found};
    }
  }
  return std::nullopt;
}

}  // namespace faultline::rtl
