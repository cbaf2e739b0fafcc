#include <iterator>

#include <fmt/format.h>

#include "sim/campaign/reliability.h"

namespace faultline::campaign {
namespace {

using nlohmann::ordered_json;

constexpr const char* kScope = "modelled sites only";

ordered_json number_json(const std::optional<double>& number) {
  return number ? ordered_json(*number) : ordered_json(nullptr);
}

ordered_json figure_json(const Figure& figure) {
  return {{"estimate", number_json(figure.estimate)}, {"low", figure.low}, {"high", number_json(figure.high)}};
}

ordered_json failures_json(const std::optional<FailureFigures>& figures) {
  return figures ? ordered_json{{"sdc", figure_json(figures->sdc)}, {"due", figure_json(figures->due)}}
                 : ordered_json(nullptr);
}

ordered_json optional_json(const std::optional<Figure>& figure) {
  return figure ? figure_json(*figure) : ordered_json(nullptr);
}

ordered_json structure_json(const StructureReliability& structure) {
  return {{"path", structure.path},
          {"bits", structure.bits},
          {"struck", structure.struck},
          {"raw_fit", number_json(structure.raw_fit)},
          {"fit", failures_json(structure.fit)},
          {"cross_section_cm2", failures_json(structure.cross_section)},
          {"ser", failures_json(structure.ser)}};
}

std::string number_text(const std::optional<double>& number) {
  return number ? fmt::format("{:.4g}", *number) : "unbounded";
}

void append_figure(std::string& text, const std::string& name, const Figure& figure, const std::string& unit) {
  fmt::format_to(std::back_inserter(text), "{:<24}{:>12}   [{:.4g}, {}] {}\n", name, number_text(figure.estimate),
                 figure.low, number_text(figure.high), unit);
}

void append_failures(std::string& text, const std::string& name, const std::optional<FailureFigures>& figures,
                     const std::string& unit) {
  if (figures) {
    append_figure(text, name + ", SDC", figures->sdc, unit);
    append_figure(text, name + ", DUE", figures->due, unit);
  }
}

}  // namespace

ordered_json to_json(const Reliability& reliability) {
  ordered_json json;
  json["scope"] = kScope;
  json["fit"] = failures_json(reliability.fit);
  json["cross_section_cm2"] = failures_json(reliability.cross_section);
  json["ser"] = failures_json(reliability.ser);
  json["execution_seconds"] = number_json(reliability.execution_seconds);
  json["mwtf_per_second"] = optional_json(reliability.mwtf);
  json["inferences_to_failure"] = optional_json(reliability.inferences_to_failure);
  json["safety"] = nullptr;
  if (reliability.safety) {
    json["safety"] = {{"scope", kScope},
                      {"goal", reliability.safety->goal},
                      {"spfm", figure_json(reliability.safety->single_point)},
                      {"lfm", figure_json(reliability.safety->latent)}};
  }
  json["structures"] = ordered_json::array();
  for (const StructureReliability& structure : reliability.structures) {
    json["structures"].push_back(structure_json(structure));
  }
  json["left_out"] = reliability.left_out;
  return json;
}

std::string to_text(const Reliability& reliability) {
  std::string text = fmt::format("reliability ({})\n", kScope);
  append_failures(text, "FIT", reliability.fit, "in 10^9 h");
  append_failures(text, "cross-section", reliability.cross_section, "cm^2");
  append_failures(text, "SER", reliability.ser, "in 10^9 h");
  if (reliability.mwtf) {
    append_figure(text, "MWTF", *reliability.mwtf, "1/s");
  }
  if (reliability.inferences_to_failure) {
    append_figure(text, "inferences to failure", *reliability.inferences_to_failure, "");
  }
  if (reliability.safety) {
    append_figure(text, "SPFM", reliability.safety->single_point, "goal: " + reliability.safety->goal);
    append_figure(text, "LFM", reliability.safety->latent, "");
  }
  for (const std::string& reason : reliability.left_out) {
    text += "left out: " + reason + '\n';
  }
  return text;
}

}  // namespace faultline::campaign
