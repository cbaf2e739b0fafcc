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

}  // namespace

std::string Divergence::text() const {
  return fmt::format("cycle {}: {} is {:#x} in the reference, {:#x} in the other", cycle, signal, reference, other);
}

LockstepComparison::LockstepComparison(const hw::StateTable& reference, const hw::StateTable& other)
    : reference_(reference), other_(other), left_out_(reference.fields().size()) {
  bool same = reference.fields().size() == other.fields().size();
  for (size_t f = 0; same && f < reference.fields().size(); ++f) {
    const hw::StateField& left = reference.fields()[f];
    const hw::StateField& right = other.fields()[f];
    same = left.path == right.path && left.bits == right.bits && left.dimensions == right.dimensions;
    blocks_.push_back(common_block(left, right));
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
  return blocks_[field] > 0 && std::memcmp(reference_.arena() + reference_.fields()[field].offset,
                                           other_.arena() + other_.fields()[field].offset, blocks_[field]) == 0;
}

std::optional<Divergence> LockstepComparison::compare(uint64_t cycle) {
  for (size_t f = 0; f < reference_.fields().size(); ++f) {
    const hw::StateField& field = reference_.fields()[f];
    if (left_out_[f]) {
      continue;
    }
    if (stored_alike(f)) {
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

std::vector<hw::Site> LockstepComparison::differing_sites() const {
  std::vector<hw::Site> sites;
  for (size_t f = 0; f < reference_.fields().size(); ++f) {
    for (size_t element = 0; !left_out_[f] && element < reference_.fields()[f].element_count(); ++element) {
      if (reference_.peek({f, element}) != other_.peek({f, element})) {
        sites.push_back({f, element});
      }
    }
  }
  return sites;
}

}  // namespace faultline::rtl
