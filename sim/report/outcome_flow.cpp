#include "sim/report/outcome_flow.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/report/markup.h"
#include "sim/report/number_text.h"
#include "sim/report/palette.h"

namespace faultline::report {
namespace {

using campaign::Extent;
using campaign::MaskedIn;
using campaign::Outcome;

constexpr double kWidth = 960;
constexpr double kColumn = 220;      ///< from stage to stage
constexpr double kNode = 12;         ///< width of a node
constexpr double kFlowTop = 58;      ///< of the stages; their names stand above
constexpr double kFullHeight = 210;  ///< of all runs
constexpr double kThinnest = 1.5;
constexpr double kLine = 26;  ///< from exit to exit, at least
constexpr double kGap = 20;   ///< between what flows on and the exits below it

std::string stage_name(Extent extent) {
  switch (extent) {
    case Extent::kStruck:
      return "Struck";
    case Extent::kBuffer:
      return "In a stored layer output";
    case Extent::kLogits:
      return "In the logits";
    case Extent::kClass:
      return "Another class";
  }
  return "";
}

std::string masked_name(MaskedIn place) {
  switch (place) {
    case MaskedIn::kNowhere:
      return "masked";
    case MaskedIn::kArray:
      return "masked in the array";
    case MaskedIn::kPooling:
      return "masked by pooling";
    case MaskedIn::kRequantise:
      return "rounded away in requantisation";
    case MaskedIn::kClamp:
      return "clamped by the activation function";
    case MaskedIn::kOutputBuffer:
      return "overwritten in the output buffer";
    case MaskedIn::kLaterLayer:
      return "masked by a later layer";
  }
  return "";
}

std::vector<FlowExit> exits_of(const StageEnd& end) {
  std::vector<FlowExit> exits;
  for (const MaskedIn place : campaign::kMaskedPlaces) {
    const uint64_t runs = end.masked[static_cast<size_t>(place)];
    if (runs > 0) {
      exits.push_back({masked_name(place), runs, colour_name(Outcome::kMasked)});
    }
  }
  for (const Outcome outcome : campaign::kOutcomes) {
    const uint64_t runs = end.others[static_cast<size_t>(outcome)];
    if (runs > 0) {
      const bool answered = outcome == Outcome::kTolerable || outcome == Outcome::kCritical;
      exits.push_back({answered ? fmt::format("same class, {}", to_string(outcome)) : to_string(outcome), runs,
                       colour_name(outcome)});
    }
  }
  return exits;
}

uint64_t runs_of(const std::vector<FlowExit>& exits) {
  uint64_t runs = 0;
  for (const FlowExit& exit : exits) {
    runs += exit.runs;
  }
  return runs;
}

std::string described(const OutcomeFlow& flow) {
  std::string text;
  for (const FlowStage& stage : flow) {
    text += fmt::format("{}: {}. ", stage.name, stage.runs);
    for (const FlowExit& exit : stage.exits) {
      text += fmt::format("Of these {} {}. ", exit.runs, exit.name);
    }
  }
  return text;
}

/// Draws one flow.
class FlowChart {
 public:
  explicit FlowChart(const OutcomeFlow& flow) : flow_(flow), total_(std::max<double>(1, as_double(flow[0].runs))) {}

  std::string draw() {
    place_exits();
    {
      const auto chart = chart_scope(markup_, {"flow", "How far the faults came", described(flow_)},
                                     {{"class", "flow"}, {"viewBox", fmt::format("0 0 {} {:.0f}", kWidth, bottom_)}});
      for (size_t stage = 0; stage < flow_.size(); ++stage) {
        bands(stage);
      }
      for (size_t stage = 0; stage < flow_.size(); ++stage) {
        nodes(stage);
      }
    }
    return markup_.str();
  }

 private:
  static double as_double(uint64_t value) { return static_cast<double>(value); }
  static double left(size_t stage) { return kColumn * static_cast<double>(stage); }
  double height(uint64_t runs) const {
    return runs == 0 ? 0 : std::max(kThinnest, kFullHeight * as_double(runs) / total_);
  }

  /// Exits stand a column further, below all that flows on from there, so that nothing crosses a name.
  void place_exits() {
    exit_tops_.resize(flow_.size());
    bottom_ = kFlowTop + height(flow_.back().runs);
    for (size_t stage = flow_.size() - 1; stage-- > 0;) {
      bottom_ = std::max(bottom_, kFlowTop + height(flow_[stage + 1].runs)) + kGap;
      for (const FlowExit& exit : flow_[stage].exits) {
        exit_tops_[stage].push_back(bottom_);
        bottom_ += std::max(height(exit.runs) + kLine / 3, kLine);
      }
    }
    bottom_ = std::max(bottom_, kFlowTop + height(flow_.front().runs)) + 4;
  }

  void band(size_t stage, double from, double to, double thickness, const std::string& colour) {
    const double x0 = left(stage) + kNode;
    const double x1 = left(stage + 1);
    const double middle = (x0 + x1) / 2;
    markup_.empty("path", {{"class", "band fill-" + colour},
                           {"d", fmt::format("M{0:.1f} {3:.1f}C{1:.1f} {3:.1f} {1:.1f} {4:.1f} {2:.1f} {4:.1f}V{6:.1f}"
                                             "C{1:.1f} {6:.1f} {1:.1f} {5:.1f} {0:.1f} {5:.1f}Z",
                                             x0, middle, x1, from, to, from + thickness, to + thickness)}});
  }

  void bands(size_t stage) {
    double from = kFlowTop;
    if (stage + 1 < flow_.size() && flow_[stage + 1].runs > 0) {
      band(stage, from, kFlowTop, height(flow_[stage + 1].runs), "onward");
      from += height(flow_[stage + 1].runs);
    }
    for (size_t exit = 0; exit < flow_[stage].exits.size(); ++exit) {
      const FlowExit& ended = flow_[stage].exits[exit];
      band(stage, from, exit_tops_[stage][exit], height(ended.runs), ended.colour);
      from += height(ended.runs);
    }
  }

  void node(double x, double y, uint64_t runs, const std::string& colour) {
    markup_.empty("rect", {{"class", "fill-" + colour},
                           {"x", fmt::format("{:.1f}", x)},
                           {"y", fmt::format("{:.1f}", y)},
                           {"width", fmt::format("{}", kNode)},
                           {"height", fmt::format("{:.1f}", height(runs))}});
  }

  void label(double x, double y, const std::string& text, const std::string& kind) {
    markup_.element("text", text, {{"class", kind}, {"x", fmt::format("{:.1f}", x)}, {"y", fmt::format("{:.1f}", y)}});
  }

  std::string numbers(uint64_t runs) const {
    return fmt::format("{} ({})", count_text(runs), percent(as_double(runs) / total_));
  }

  void nodes(size_t stage) {
    node(left(stage), kFlowTop, flow_[stage].runs, "stage");
    label(left(stage), kFlowTop - 30, flow_[stage].name, "stage-name");
    label(left(stage), kFlowTop - 10, numbers(flow_[stage].runs), "stage-count");
    for (size_t exit = 0; exit < flow_[stage].exits.size(); ++exit) {
      const FlowExit& ended = flow_[stage].exits[exit];
      const double top = exit_tops_[stage][exit];
      node(left(stage + 1), top, ended.runs, ended.colour);
      label(left(stage + 1) + kNode + 8, top + height(ended.runs) / 2 + 5,
            fmt::format("{}: {}", ended.name, numbers(ended.runs)), "exit-name");
    }
  }

  const OutcomeFlow& flow_;
  double total_;
  std::vector<std::vector<double>> exit_tops_;  ///< by stage
  double bottom_ = 0;
  Markup markup_;
};

}  // namespace

OutcomeFlow outcome_flow(const std::array<StageEnd, campaign::kExtents.size()>& ends) {
  OutcomeFlow flow;
  for (const Extent extent : campaign::kExtents) {
    flow.push_back({stage_name(extent), 0, exits_of(ends[static_cast<size_t>(extent)])});
  }
  uint64_t reached = 0;
  for (auto stage = flow.rbegin(); stage != flow.rend(); ++stage) {
    reached += runs_of(stage->exits);
    stage->runs = reached;
  }
  flow.back().exits.clear();
  return flow;
}

std::string flow_chart(const OutcomeFlow& flow) {
  return FlowChart(flow).draw();
}

}  // namespace faultline::report
