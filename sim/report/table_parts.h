#pragma once

#include <string>
#include <vector>

#include "sim/report/markup.h"

namespace faultline::report {

/// A column of a table.
struct Column {
  std::string title;
  bool is_number = false;  ///< right-aligned
};

/// <thead> with one row.
void write_columns(Markup& page, const std::vector<Column>& columns);
/// A cell with a count; tables sort by its value.
void write_count(Markup& page, uint64_t count);
/// A cell with a share.
void write_share(Markup& page, double share);
/// A wide table or chart that may be scrolled sideways, by the keyboard too, where the page is narrow.
[[nodiscard]] Markup::Scope scrolling(Markup& page, const std::string& name);

}  // namespace faultline::report
