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

void add_failures(std::vector<NamedFigure>& figures, const std::string& name,
                  const std::optional<FailureFigures>& failures, const std::string& unit) {
  if (failures) {
    figures.push_back({name + ", SDC", failures->sdc, unit});
    figures.push_back({name + ", DUE", failures->due, unit});
  }
}

}  // namespace

std::vector<NamedFigure> device_figures(const Reliability& reliability) {
  std::vector<NamedFigure> figures;
  add_failures(figures, "FIT", reliability.fit, "failures in 10⁹ h");
  add_failures(figures, "Cross-section", reliability.cross_section, "cm²");
  add_failures(figures, "SER", reliability.ser, "failures in 10⁹ h");
  if (reliability.mwtf) {
    figures.push_back({"MWTF", *reliability.mwtf, "1/s"});
  }
  if (reliability.inferences_to_failure) {
    figures.push_back({"Mean work to a critical failure", *reliability.inferences_to_failure, "inferences"});
  }
  if (reliability.safety) {
    figures.push_back({"SPFM, goal " + reliability.safety->goal, reliability.safety->single_point, "share"});
    figures.push_back({"LFM, goal " + reliability.safety->goal, reliability.safety->latent, "share"});
  }
  return figures;
}

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
  for (const NamedFigure& named : device_figures(reliability)) {
    fmt::format_to(std::back_inserter(text), "{:<32}{:>12}   [{:.4g}, {}] {}\n", named.name,
                   number_text(named.figure.estimate), named.figure.low, number_text(named.figure.high), named.unit);
  }
  for (const std::string& reason : reliability.left_out) {
    text += "left out: " + reason + '\n';
  }
  return text;
}

}  // namespace faultline::campaign
