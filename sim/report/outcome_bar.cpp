#include "sim/report/outcome_bar.h"

#include <fmt/format.h>

#include "sim/report/markup.h"
#include "sim/report/number_text.h"
#include "sim/report/palette.h"

namespace faultline::report {
namespace {

using campaign::Outcome;

constexpr double kRoomForName = 0.16;

/// The lines of an outcome's pattern in a square of 8 x 8; nothing: plain.
std::string pattern_path(Outcome outcome) {
  switch (outcome) {
    case Outcome::kMasked:
    case Outcome::kCritical:
      return "";
    case Outcome::kTolerable:
      return "M0 8L8 0M-2 2L2 -2M6 10L10 6";
    case Outcome::kCrash:
      return "M0 0L8 8M8 0L0 8";
    case Outcome::kHang:
      return "M2 0V8M6 0V8";
    case Outcome::kDetected:
      return "M0 2H8M0 6H8";
  }
  return "";
}

/// A rectangle in an outcome's colour with its pattern over it.
void patterned(Markup& markup, Outcome outcome, const std::string& x, const std::string& width, int height) {
  for (const std::string layer : {"fill-", "pattern-"}) {
    markup.empty("rect", {{"class", layer + to_string(outcome)},
                          {"x", x},
                          {"y", "0"},
                          {"width", width},
                          {"height", std::to_string(height)}});
  }
}

std::string summary_of(const campaign::OutcomeCounts& counts) {
  std::string text;
  for (const Outcome outcome : campaign::kOutcomes) {
    if (counts.count(outcome) > 0) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", to_string(outcome), count_text(counts.count(outcome)));
    }
  }
  return text.empty() ? "No runs." : text + ".";
}

}  // namespace

std::string outcome_patterns() {
  Markup markup;
  {
    const auto svg = markup.scope("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                                          {"class", "definitions"},
                                          {"aria-hidden", "true"},
                                          {"width", "0"},
                                          {"height", "0"}});
    const auto definitions = markup.scope("defs");
    for (const Outcome outcome : campaign::kOutcomes) {
      const auto pattern = markup.scope("pattern", {{"id", std::string("pattern-") + to_string(outcome)},
                                                    {"width", "8"},
                                                    {"height", "8"},
                                                    {"patternUnits", "userSpaceOnUse"}});
      markup.empty("path", {{"class", std::string("stroke-") + to_string(outcome)}, {"d", pattern_path(outcome)}});
    }
    const auto unstruck = markup.scope(
        "pattern", {{"id", "pattern-unstruck"}, {"width", "6"}, {"height", "6"}, {"patternUnits", "userSpaceOnUse"}});
    markup.empty("path", {{"class", "stroke-unstruck"}, {"d", "M0 6L6 0M-1 1L1 -1M5 7L7 5"}});
  }
  return markup.str();
}

std::string outcome_key(Outcome outcome) {
  Markup markup;
  {
    const auto key = markup.scope("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                                          {"class", "key"},
                                          {"aria-hidden", "true"},
                                          {"width", "16"},
                                          {"height", "16"}});
    patterned(markup, outcome, "0", "16", 16);
  }
  return markup.str();
}

std::string outcome_bar(const campaign::OutcomeCounts& counts) {
  Markup markup;
  {
    const auto chart = chart_scope(markup, {"outcome-bar", "Shares of the outcomes", summary_of(counts)},
                                   {{"class", "outcomes"}, {"width", "100%"}, {"height", "44"}});
    double left = 0;
    for (const Outcome outcome : campaign::kOutcomes) {
      if (counts.count(outcome) == 0) {
        continue;
      }
      const double share = static_cast<double>(counts.count(outcome)) / static_cast<double>(counts.experiments());
      const auto segment = markup.scope("g");
      markup.element("title",
                     fmt::format("{}: {} ({})", to_string(outcome), count_text(counts.count(outcome)), percent(share)));
      patterned(markup, outcome, fmt::format("{:.3f}%", 100 * left), fmt::format("{:.3f}%", 100 * share), 44);
      if (share >= kRoomForName) {
        markup.element("text", fmt::format("{} {}", to_string(outcome), percent(share)),
                       {{"class", std::string("on-") + to_string(outcome)},
                        {"x", fmt::format("{:.3f}%", 100 * (left + share / 2))},
                        {"y", "27"}});
      }
      left += share;
    }
  }
  return markup.str();
}

}  // namespace faultline::report
