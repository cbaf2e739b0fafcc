#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "sim/report/damage_curves.h"
#include "sim/report/line_chart.h"
#include "sim/report/number_text.h"
#include "sim/report/page_frame.h"
#include "sim/report/table_parts.h"

namespace faultline::report {
namespace {

using CurveName = std::function<std::string(const DamageCurve& curve)>;

std::string place_name(const DamageCurve& curve) {
  return curve.machine + ": " + curve.where;
}

/// A family's name, or a table's file without its folder.
std::string multiplier_name(const DamageCurve& curve) {
  const size_t folder = curve.multiplier.rfind('/');
  return folder == std::string::npos ? curve.multiplier : curve.multiplier.substr(folder + 1);
}

/// From the undamaged machine on.
ChartLine damage_line(const DamageCurve& curve, const std::string& name) {
  ChartLine line{name, {{0, curve.points.front().golden_accuracy}}};
  for (const DamagePoint& point : curve.points) {
    line.points.emplace_back(point.fraction, point.accuracy);
  }
  return line;
}

/// A chart for each group of curves, with a line for each curve.
void write_charts(Markup& page, const DamageCurves& all, const std::string& id, const std::string& title,
                  const CurveName& group, const CurveName& name) {
  const auto section = page.scope("section", {{"id", id}});
  page.element("h2", title);
  std::vector<std::string> groups;
  for (const DamageCurve& curve : all.curves) {
    const std::string named = curve.model + ", " + curve.fault + ", " + group(curve);
    if (std::find(groups.begin(), groups.end(), named) == groups.end()) {
      groups.push_back(named);
    }
  }
  for (const std::string& wanted : groups) {
    std::vector<ChartLine> lines;
    for (const DamageCurve& curve : all.curves) {
      if (curve.model + ", " + curve.fault + ", " + group(curve) == wanted) {
        lines.push_back(damage_line(curve, name(curve)));
      }
    }
    const auto figure = page.scope("figure");
    page.element("figcaption", wanted);
    const auto scroll = scrolling(page, wanted);
    page.append(line_chart({fmt::format("{}-{}", id, &wanted - groups.data()), wanted,
                            "Accuracy against the share of damaged elements; the table below has the figures."},
                           "damaged", "accuracy", lines));
  }
}

void write_damage_table(Markup& page, const DamageCurves& all) {
  const auto section = page.scope("section", {{"id", "points"}});
  page.element("h2", "Figures");
  const auto scroll = scrolling(page, "All points");
  const auto table = page.scope("table", {{"class", "sortable"}});
  page.element("caption", fmt::format("Accuracy with damage; the drop with its {:g} % interval, chips as clusters",
                                      100 * all.confidence));
  write_columns(page, {{"Place"},
                       {"Multiplier"},
                       {"Damaged", true},
                       {"Elements", true},
                       {"Runs", true},
                       {"Undamaged", true},
                       {"Accuracy", true},
                       {"Drop, points", true}});
  const auto body = page.scope("tbody");
  for (const DamageCurve& curve : all.curves) {
    for (const DamagePoint& point : curve.points) {
      const auto row = page.scope("tr");
      page.element("th", place_name(curve), {{"scope", "row"}, {"class", "name"}});
      page.element("td", multiplier_name(curve));
      write_share(page, point.fraction);
      write_count(page, point.damaged);
      write_count(page, point.runs);
      write_share(page, point.golden_accuracy);
      write_share(page, point.accuracy);
      const campaign::Interval& drop = point.accuracy_drop;
      page.element("td", fmt::format("{} ({} to {})", points(drop.estimate), points(drop.low), points(drop.high)),
                   {{"class", "number"}, {"data-value", fmt::format("{}", drop.estimate)}});
    }
  }
}

}  // namespace

std::string damage_page(const DamageCurves& all) {
  Markup content;
  {
    const auto header = content.scope("header");
    content.element("p", "Permanent faults", {{"class", "kicker"}});
    content.element("h1", "Accuracy against damage");
    content.element("p",
                    "Every damaged element has its fault from the first cycle to the end. Each point is the mean over "
                    "the images and over chips with different damage.");
  }
  {
    const auto main = content.scope("main");
    write_charts(content, all, "places", "By place", place_name, multiplier_name);
    write_charts(content, all, "multipliers", "By multiplier", multiplier_name, place_name);
    write_damage_table(content, all);
  }
  return page("Accuracy against damage", content.str());
}

}  // namespace faultline::report
