#include "sim/engine/state_comparison.h"

#include <algorithm>
#include <cstring>

#include "hw/protection/report_registers.h"

namespace faultline::engine {
namespace {

bool is_compared(const hw::StateField& field) {
  return field.kind == hw::StateKind::kRegister || field.kind == hw::StateKind::kMemory ||
         field.path == "dram.in_flight" || field.path == "global.in_flight";
}

}  // namespace

StateComparison::StateComparison(const hw::StateTable& table, const std::vector<std::string>& transient)
    : table_(table) {
  const auto is_transient = [&transient](const std::string& path) {
    return std::find(transient.begin(), transient.end(), path) != transient.end();
  };
  for (const hw::StateField& field : table.fields()) {
    if (is_compared(field)) {
      const bool report = hw::ReportRegisters::contain(field.path);
      append(report ? reports_ : is_transient(field.path) ? data_ : lasting_, field);
    }
  }
}

/// Rows of the innermost dimension, without the padding after them; neighbours are joined.
void StateComparison::append(std::vector<Range>& ranges, const hw::StateField& field) {
  const size_t row = field.dimensions.empty() ? 1 : static_cast<size_t>(field.dimensions.back());
  const size_t bytes = row * static_cast<size_t>(field.element_bytes);
  for (size_t element = 0; element < field.element_count(); element += row) {
    const size_t begin = field.byte_of(element);
    if (!ranges.empty() && ranges.back().end == begin) {
      ranges.back().end = begin + bytes;
    } else {
      ranges.push_back({begin, begin + bytes});
    }
  }
}

bool StateComparison::equal(const std::vector<Range>& ranges, const std::vector<std::byte>& saved) const {
  return std::all_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return std::memcmp(table_.arena() + range.begin, saved.data() + range.begin, range.end - range.begin) == 0;
  });
}

bool StateComparison::equal_for_later_layers(const std::vector<std::byte>& saved) const {
  return equal(lasting_, saved);
}

bool StateComparison::equal_but_for_reports(const std::vector<std::byte>& saved) const {
  return equal(lasting_, saved) && equal(data_, saved);
}

bool StateComparison::equal(const std::vector<std::byte>& saved) const {
  return equal_but_for_reports(saved) && equal(reports_, saved);
}

}  // namespace faultline::engine
