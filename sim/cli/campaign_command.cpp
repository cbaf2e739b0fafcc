#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include <fmt/core.h>

#include "sim/campaign/campaign_report.h"
#include "sim/campaign/prepared_campaign.h"
#include "sim/campaign/workers.h"
#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/progress_line.h"
#include "sim/config/user_error.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

constexpr int kToolErrors = 1;

struct CampaignOptions {
  std::string file;
  AcceleratorOptions accelerator;
  std::optional<std::string> engine;
  std::optional<uint64_t> seed;
  std::optional<uint64_t> samples;
  std::optional<size_t> images;
  std::string fault_list;
  bool dry_run = false;
  bool rows = false;
  bool json = false;
};

/// The experiment file with the overrides of the command line.
campaign::ExperimentConfig experiment_of(const CampaignOptions& options) {
  campaign::ExperimentConfig experiment = campaign::read_experiment(options.file);
  experiment.accelerator = options.accelerator.over(experiment.accelerator);
  if (options.engine) {
    campaign::parse_engine(*options.engine, "--engine");
    experiment.engine = *options.engine;
  }
  if (options.samples && !experiment.fault_list.empty()) {
    throw UserError("--samples", 0, "the experiment runs a fault list, which has no sample size",
                    "leave the option out");
  }
  experiment.sample.seed = options.seed.value_or(experiment.sample.seed);
  experiment.sample.size = options.samples.value_or(experiment.sample.size);
  experiment.images = options.images.value_or(experiment.images);
  return experiment;
}

/// What stands at the top of every result.
ordered_json preamble(const campaign::CampaignDescription& description) {
  return {{"version", description.version},
          {"experiment", description.experiment},
          {"hashes", description.hashes},
          {"population", description.population},
          {"golden_cycles", description.golden_cycles}};
}

/// The population's size in decimal and its kind, for the terminal.
std::string population_text(const campaign::CampaignDescription& description) {
  const ordered_json& size = description.population["size"];
  return fmt::format("{} ({})", size.is_string() ? size.get<std::string>() : size.dump(),
                     description.population["kind"].get<std::string>());
}

int dry_run(const CampaignOptions& options, campaign::PreparedCampaign& prepared) {
  const campaign::CampaignDescription description = prepared.description();
  const campaign::CampaignEstimate estimate =
      campaign::estimate_campaign(prepared.target(), prepared.experiments(), prepared.hang_factor());
  if (options.json) {
    ordered_json report = preamble(description);
    report["expected_seconds"] = estimate.total_seconds;
    report["seconds_per_experiment"] = estimate.experiment_seconds;
    fmt::print("{}\n", report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return 0;
  }
  fmt::print("population      {}\nsample          {}\nexpected time   {:.1f} s ({:.1f} ms an experiment)\n",
             population_text(description), description.experiments, estimate.total_seconds,
             1000 * estimate.experiment_seconds);
  return 0;
}

int run_campaign(const CampaignOptions& options) {
  campaign::PreparedCampaign prepared(experiment_of(options));
  if (!options.fault_list.empty()) {
    prepared.write_fault_list(options.fault_list);
  }
  if (options.dry_run) {
    return dry_run(options, prepared);
  }
  const campaign::CampaignDescription description = prepared.description();
  campaign::ExperimentRunner runner(prepared.target(), prepared.hang_factor());
  campaign::InProcessWorkers workers(runner);
  std::vector<campaign::ExperimentRow> rows;
  {
    ProgressLine progress;
    const auto all = [](uint64_t, size_t) { return true; };
    const auto runs = campaign::plan_runs(prepared.experiments(), 0, prepared.experiments().size(), all);
    workers.run(
        runs.size(), [&](size_t index) { return campaign::task_of(prepared.experiments(), runs[index]); },
        [&](campaign::ExperimentRow row) {
          rows.push_back(std::move(row));
          progress.update(rows.size(), runs.size());
        });
  }
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return std::tie(a.number, a.image) < std::tie(b.number, b.image); });
  const campaign::CampaignSummary summary =
      campaign::summarise(description, [&](const auto& use) { std::for_each(rows.begin(), rows.end(), use); });
  if (options.json) {
    ordered_json report = preamble(description);
    report.update(campaign::to_json(summary));
    if (options.rows) {
      report["rows"] = ordered_json::array();
      for (const campaign::ExperimentRow& row : rows) {
        report["rows"].push_back(campaign::to_json(row, description));
      }
    }
    fmt::print("{}\n", report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{} experiments of a population of {}, {} images\n\n{}", description.experiments,
               population_text(description), summary.images_struck, campaign::to_text(summary));
  }
  for (const campaign::ToolError& error : summary.tool_errors) {
    fmt::print(stderr, "faultline: experiment {} ({}): tool error: {}\n", error.number, error.site, error.message);
  }
  return summary.total.counts.tool_errors > 0 ? kToolErrors : 0;
}

std::function<int()> configure(CLI::App& app) {
  auto options = std::make_shared<CampaignOptions>();
  app.add_option("experiment", options->file, "Experiment file (YAML)")->required();
  options->accelerator.add(app);
  app.add_option("--engine", options->engine, "Override the engine: auto, cone, cycle or structural");
  app.add_option("--seed", options->seed, "Override the seed");
  app.add_option("--samples", options->samples, "Override the sample size")->check(CLI::PositiveNumber);
  app.add_option("--images", options->images, "Override the number of images")->check(CLI::PositiveNumber);
  app.add_option("--write-list", options->fault_list, "Also write the faults as a fault list (.csv or .jsonl)");
  app.add_flag("--dry-run", options->dry_run, "Print population, sample and expected time; run a few experiments only");
  app.add_flag("--rows", options->rows, "List every experiment in the JSON");
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return run_campaign(*options); };
}

const Registration kRegistration{{"campaign", "Run a fault list or a random sample and count the outcomes", configure}};

}  // namespace
}  // namespace faultline::cli
