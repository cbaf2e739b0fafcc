#include "rtl/lockstep/lockstep_comparison.h"

#include <cstring>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace faultline::rtl {

namespace {

/// The bytes of a field that both machines store without gaps in the same order; 0 where they do not, and for wires.
size_t common_block(const hw::StateField& left, const hw::StateField& right) {
  const size_t bytes = left.element_count() * static_cast<size_t>(left.element_bytes);
  const size_t last = bytes - static_cast<size_t>(left.element_bytes);
  const bool dense = left.kind != hw::StateKind::kWire && left.byte_of(left.element_count() - 1) == left.offset + last;
  return dense && left.strides == right.strides && left.element_bytes == right.element_bytes ? bytes : 0;
}

bool alike(const hw::StateField& left, const hw::StateField& right) {
  return left.path == right.path && left.bits == right.bits && left.dimensions == right.dimensions;
}

}  // namespace

std::string Divergence::text() const {
  return fmt::format("cycle {}: {} is {:#x} in the reference, {:#x} in the other", cycle, signal, reference, other);
}

LockstepComparison::LockstepComparison(const hw::StateTable& reference, const hw::StateTable& other, Fields fields)
    : reference_(reference), other_(other), left_out_(other.fields().size()) {
  bool same = fields == Fields::kPart || reference.fields().size() == other.fields().size();
  size_t next = 0;  // both have their fields in the same order
  for (size_t f = 0; same && f < other.fields().size(); ++f, ++next) {
    const hw::StateField& right = other.fields()[f];
    while (fields == Fields::kPart && next < reference.fields().size() && reference.fields()[next].path != right.path) {
      ++next;
    }
    same = next < reference.fields().size() && alike(reference.fields()[next], right);
    if (same) {
      reference_fields_.push_back(next);
      blocks_.push_back(common_block(reference.fields()[next], right));
    }
  }
  if (!same) {
    throw std::invalid_argument("two machines in lockstep have different fields");
  }
}

void LockstepComparison::add_output(const std::string& name, ReadOutput reference, ReadOutput other) {
  outputs_.push_back({name, std::move(reference), std::move(other)});
}

/// Memories are too large to go over word by word in every cycle.
bool LockstepComparison::stored_alike(size_t field) const {
  const size_t offset = reference_.fields()[reference_fields_[field]].offset;
  return blocks_[field] > 0 &&
         std::memcmp(reference_.arena() + offset, other_.arena() + other_.fields()[field].offset, blocks_[field]) == 0;
}

std::optional<Divergence> LockstepComparison::compare(uint64_t cycle) {
  for (size_t f = 0; f < other_.fields().size(); ++f) {
    const hw::StateField& field = other_.fields()[f];
    if (left_out_[f]) {
      continue;
    }
    if (stored_alike(f)) {
      comparisons_ += field.element_count();
      continue;
    }
    for (size_t element = 0; element < field.element_count(); ++element) {
      const uint64_t expected = reference_.peek({reference_fields_[f], element});
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

std::vector<hw::Site> LockstepComparison::differing_sites() const {
  std::vector<hw::Site> sites;
  for (size_t f = 0; f < other_.fields().size(); ++f) {
    for (size_t element = 0; !left_out_[f] && element < other_.fields()[f].element_count(); ++element) {
      if (reference_.peek({reference_fields_[f], element}) != other_.peek({f, element})) {
        sites.push_back({f, element});
      }
    }
  }
  return sites;
}

}  // namespace faultline::rtl
