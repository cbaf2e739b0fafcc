#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hw/common/state_table.h"

namespace faultline::rtl {

/// The first difference between two machines that ran side by side.
struct Divergence {
  uint64_t cycle;
  std::string signal;  ///< path in the state table, or the name of an output
  uint64_t reference;  ///< value in the reference
  uint64_t other;      ///< value in the other machine

  /// "cycle 12: array.pe[1][2].psum is 0x1f in the reference, 0x0 in the other".
  std::string text() const;
};

/// Compares two machines, the reference and another with the same fields or a part of them, cycle by cycle: every
/// element of every register, memory and wire of the other, and outputs named by the caller.
class LockstepComparison {
 public:
  using ReadOutput = std::function<uint64_t()>;
  /// Which fields of the reference the other machine has.
  enum class Fields { kAll, kPart };

  /// Both tables must outlive the comparison. Throws std::invalid_argument when the other machine has fields that the
  /// reference has not or, with kAll, lacks one.
  LockstepComparison(const hw::StateTable& reference, const hw::StateTable& other, Fields fields = Fields::kAll);

  /// Adds a value to compare that is in no table, as a pattern of bits.
  void add_output(const std::string& name, ReadOutput reference, ReadOutput other);

  /// The field of the reference that a field of the other machine stands for.
  size_t reference_field(size_t field) const { return reference_fields_[field]; }

  /// Leaves out a field that the other machine does not show.
  void leave_out(size_t field) { left_out_[field] = true; }

  /// Compares both machines as they stand in the settled end of `cycle`. Returns the first difference in the order of
  /// the fields, then of the outputs.
  std::optional<Divergence> compare(uint64_t cycle);

  /// Every element of a field that differs now, in the order of the other machine's fields.
  std::vector<hw::Site> differing_sites() const;

  /// Values compared so far.
  uint64_t comparisons() const { return comparisons_; }

 private:
  struct Output {
    std::string name;
    ReadOutput reference;
    ReadOutput other;
  };

  bool stored_alike(size_t field) const;

  const hw::StateTable& reference_;
  const hw::StateTable& other_;
  std::vector<size_t> reference_fields_;  ///< by field of the other machine
  std::vector<size_t> blocks_;            ///< likewise: bytes that can be compared in one look, or 0
  std::vector<bool> left_out_;
  std::vector<Output> outputs_;
  uint64_t comparisons_ = 0;
};

}  // namespace faultline::rtl
