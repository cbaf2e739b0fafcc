#include <memory>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "sim/campaign/campaign_report.h"
#include "sim/campaign/prepared_campaign.h"
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
ordered_json preamble(const campaign::PreparedCampaign& prepared) {
  return {{"version", FAULTLINE_VERSION},
          {"experiment", prepared.effective_experiment()},
          {"hashes", prepared.hashes()},
          {"population", prepared.population()},
          {"golden_cycles", prepared.golden_cycles()}};
}

/// The population's size in decimal and its kind, for the terminal.
std::string population_text(const campaign::PreparedCampaign& prepared) {
  const ordered_json population = prepared.population();
  const ordered_json& size = population["size"];
  return fmt::format("{} ({})", size.is_string() ? size.get<std::string>() : size.dump(),
                     population["kind"].get<std::string>());
}

int dry_run(const CampaignOptions& options, campaign::PreparedCampaign& prepared) {
  const campaign::CampaignEstimate estimate = prepared.estimate();
  if (options.json) {
    ordered_json report = preamble(prepared);
    report["expected_seconds"] = estimate.total_seconds;
    report["seconds_per_experiment"] = estimate.experiment_seconds;
    fmt::print("{}\n", report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    return 0;
  }
  fmt::print("population      {}\nsample          {}\nexpected time   {:.1f} s ({:.1f} ms an experiment)\n",
             population_text(prepared), prepared.experiments().size(), estimate.total_seconds,
             1000 * estimate.experiment_seconds);
  return 0;
}

void print_json(const CampaignOptions& options, const campaign::PreparedCampaign& prepared,
                const campaign::CampaignResult& result, const campaign::CampaignSummary& summary) {
  ordered_json report = preamble(prepared);
  report.update(campaign::to_json(summary, result));
  if (options.rows) {
    report["rows"] = ordered_json::array();
    for (const campaign::ExperimentRow& row : result.rows) {
      report["rows"].push_back(campaign::to_json(row, prepared.state()));
    }
  }
  report["wall_s"] = result.wall_seconds;
  fmt::print("{}\n", report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

int run_campaign(const CampaignOptions& options) {
  campaign::PreparedCampaign prepared(experiment_of(options));
  if (!options.fault_list.empty()) {
    prepared.write_fault_list(options.fault_list);
  }
  if (options.dry_run) {
    return dry_run(options, prepared);
  }
  campaign::CampaignResult result;
  {
    ProgressLine progress;
    result = prepared.run([&progress](uint64_t done, uint64_t total) { progress.update(done, total); });
  }
  const campaign::CampaignSummary summary = campaign::summarise(result, prepared.state());
  if (options.json) {
    print_json(options, prepared, result, summary);
  } else {
    fmt::print("{} experiments of a population of {}, {} images, {:.1f} s\n\n{}", result.rows.size(),
               population_text(prepared), result.images_struck, result.wall_seconds, campaign::to_text(summary));
  }
  for (const campaign::ExperimentRow& row : result.rows) {
    if (!row.tool_error.empty()) {
      fmt::print(stderr, "faultline: experiment {} ({}): tool error: {}\n", row.number, row.site, row.tool_error);
    }
  }
  return summary.total.tool_errors > 0 ? kToolErrors : 0;
}

std::function<int()> configure(CLI::App& app) {
  auto options = std::make_shared<CampaignOptions>();
  app.add_option("experiment", options->file, "Experiment file (YAML)")->required();
  options->accelerator.add(app);
  app.add_option("--engine", options->engine, "Override the engine: auto, cycle or structural");
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
