#include <fmt/format.h>

#include "sim/campaign/metric.h"
#include "sim/report/description_text.h"
#include "sim/report/number_text.h"
#include "sim/report/page_sections.h"
#include "sim/report/shell_text.h"
#include "sim/report/yaml_text.h"

namespace faultline::report {
namespace {

constexpr size_t kReplayed = 3;

std::string commands(const CampaignResult& result) {
  std::string text = "faultline campaign experiment.yaml --out again.db     # experiment.yaml: the text above\n" +
                     fmt::format("faultline report {} -o report.html\n", shell_word(result.store));
  for (size_t i = 0; i < std::min(kReplayed, result.findings.worst().size()); ++i) {
    text += fmt::format("faultline replay {} --experiment {}\n", shell_word(result.store),
                        result.findings.worst()[i].number);
  }
  return text;
}

void definition(Markup& page, const std::string& term, const std::string& text) {
  page.element("dt", term);
  page.element("dd", text);
}

void write_digests(Markup& page, const CampaignResult& result) {
  const auto table = page.scope("table");
  page.element("caption", "SHA-256 of what went in and of the rows that came out");
  {
    const auto head = page.scope("thead");
    const auto row = page.scope("tr");
    page.element("th", "Of", {{"scope", "col"}});
    page.element("th", "SHA-256", {{"scope", "col"}});
  }
  const auto body = page.scope("tbody");
  const auto entry = [&](const std::string& name, const std::string& digest) {
    const auto row = page.scope("tr");
    page.element("th", name, {{"scope", "row"}});
    page.element("td", digest, {{"class", "name"}});
  };
  for (const auto& [name, digest] : result.description.hashes.items()) {
    entry(name, digest.is_string() ? digest.get<std::string>() : digest.dump());
  }
  entry("rows", result.rows_sha256);
}

void write_sign_off(Markup& page) {
  const auto sign = page.scope("div", {{"class", "sign"}});
  for (const char* line : {"Name", "Date", "Signature"}) {
    page.element("p", line);
  }
}

}  // namespace

void write_repetition(Markup& page, const CampaignResult& result) {
  const auto section = page.scope("section", {{"id", "repeat"}});
  page.element("h2", "How to repeat it");
  page.element("p",
               fmt::format("Faultline {}, seed {}. Every draw follows from the seed and the experiment's number: the "
                           "same experiment gives the same rows on any machine, in any order, with any number of "
                           "workers.",
                           result.description.version, stated(result.description.experiment, "/seed")));
  page.element("h3", "Experiment");
  page.element("pre", yaml_text(result.description.experiment), {{"id", "experiment"}});
  page.element("h3", "Commands");
  page.element("pre", commands(result), {{"id", "commands"}});
  page.element("h3", "Digests");
  write_digests(page, result);
}

void write_method(Markup& page, const CampaignResult& result) {
  const campaign::CampaignDescription& description = result.description;
  const auto section = page.scope("section", {{"id", "method"}});
  page.element("h2", "Method");
  {
    const auto list = page.scope("dl", {{"class", "definitions"}});
    definition(page, "Golden",
               "The same design without a fault: the same multiplier, array and dataflow. Outcomes are judged by its "
               "answers (docs/fault-model.md, Outcomes).");
    definition(page, "Run", "One experiment on one image.");
    definition(page, "Population",
               fmt::format("{} faults. Storage and wires are different populations and are never pooled "
                           "(docs/fault-model.md, Populations and samples).",
                           population_text(description)));
    definition(
        page, "Sampler",
        fmt::format("{}; {} experiments planned{}.", sampler_text(description), count_text(description.experiments),
                    description.weighted ? ", with importance weights" : ""));
    definition(
        page, "Intervals",
        fmt::format("Two-sided at {}. One run an experiment, all faults equally likely: Clopper and Pearson, which "
                    "is never narrower than it should be. Experiments on several images count as clusters, strata "
                    "by their shares, weighted experiments by their weights (docs/statistics.md).",
                    confidence_text(description)));
    definition(page, "Accuracy drop",
               "Right answers lost less wrong answers put right, of all runs; its interval is that of a difference of "
               "two proportions (Newcombe's square-and-add rule, method 10), in which the two count as independent.");
    definition(page, "Many rates at once",
               "Each interval stands for itself. Of a hundred intervals at 95 %, about five are expected to miss the "
               "truth: the worst of many groups looks worse than it is.");
    definition(page, "Attribution",
               "A run counts under the structure, the lowest bit of the mask and the layer of its first fault "
               "(docs/fault-model.md, Attribution).");
  }
  write_sign_off(page);
}

}  // namespace faultline::report
