#include "sim/report/table_parts.h"

#include <fmt/format.h>

#include "sim/report/number_text.h"

namespace faultline::report {

void write_columns(Markup& page, const std::vector<Column>& columns) {
  const auto head = page.scope("thead");
  const auto row = page.scope("tr");
  for (const Column& column : columns) {
    page.element("th", column.title, {{"scope", "col"}, {"class", column.is_number ? "number" : "words"}});
  }
}

void write_count(Markup& page, uint64_t count) {
  page.element("td", count_text(count), {{"class", "number"}, {"data-value", std::to_string(count)}});
}

void write_share(Markup& page, double share) {
  page.element("td", percent(share), {{"class", "number"}, {"data-value", fmt::format("{}", share)}});
}

Markup::Scope scrolling(Markup& page, const std::string& name) {
  return page.scope("div", {{"class", "scroll"}, {"role", "region"}, {"aria-label", name}, {"tabindex", "0"}});
}

}  // namespace faultline::report
