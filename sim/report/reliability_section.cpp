#include <fmt/format.h>

#include "sim/report/description_text.h"
#include "sim/report/page_sections.h"
#include "sim/report/table_parts.h"

namespace faultline::report {
namespace {

using campaign::Figure;
using campaign::NamedFigure;
using campaign::StructureReliability;

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:.4g}", *value) : "unbounded";
}

std::string figure_text(const Figure& figure) {
  return fmt::format("{} ({:.4g} to {})", number(figure.estimate), figure.low, number(figure.high));
}

void write_row(Markup& page, const NamedFigure& named) {
  const auto row = page.scope("tr");
  page.element("th", named.name, {{"scope", "row"}});
  page.element("td", number(named.figure.estimate), {{"class", "number"}});
  page.element("td", fmt::format("{:.4g} to {}", named.figure.low, number(named.figure.high)), {{"class", "number"}});
  page.element("td", named.unit);
}

void write_totals(Markup& page, const CampaignResult& result) {
  const auto scroll = scrolling(page, "Figures of the device");
  const auto table = page.scope("table");
  page.element("caption", "Figures of the device, modelled sites only");
  write_columns(page,
                {{"Figure"}, {"Estimate", true}, {confidence_text(result.description) + " interval", true}, {"Unit"}});
  const auto body = page.scope("tbody");
  for (const NamedFigure& named : campaign::device_figures(*result.reliability)) {
    write_row(page, named);
  }
}

void write_structures(Markup& page, const CampaignResult& result) {
  const auto scroll = scrolling(page, "FIT by structure");
  const auto table = page.scope("table");
  page.element("caption", "FIT by structure. One that was not struck has bounds only.");
  write_columns(page, {{"Structure"}, {"Bits", true}, {"Raw FIT", true}, {"FIT, SDC", true}, {"FIT, DUE", true}});
  const auto body = page.scope("tbody");
  for (const StructureReliability& structure : result.reliability->structures) {
    const auto row = page.scope("tr");
    page.element("th", structure.path + (structure.struck ? "" : " (not struck)"), {{"scope", "row"}});
    write_count(page, structure.bits);
    page.element("td", structure.raw_fit ? number(structure.raw_fit) : "no rate given", {{"class", "number"}});
    page.element("td", structure.fit ? figure_text(structure.fit->sdc) : "–", {{"class", "number"}});
    page.element("td", structure.fit ? figure_text(structure.fit->due) : "–", {{"class", "number"}});
  }
}

}  // namespace

void write_reliability(Markup& page, const CampaignResult& result) {
  if (!result.reliability) {
    return;
  }
  const auto section = page.scope("section", {{"id", "reliability"}});
  page.element("h2", "Reliability figures");
  page.element("p", "From the rates that were given for this report; docs/reliability.md has formulas and sources.");
  write_totals(page, result);
  if (!result.reliability->structures.empty()) {
    write_structures(page, result);
  }
  if (!result.reliability->left_out.empty()) {
    page.element("p", "Left out of every total:");
    const auto list = page.scope("ul");
    for (const std::string& reason : result.reliability->left_out) {
      page.element("li", reason);
    }
  }
}

}  // namespace faultline::report
