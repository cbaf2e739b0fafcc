#include <memory>
#include <optional>
#include <string>

#include <fmt/core.h>

#include "sim/campaign/campaign_report.h"
#include "sim/campaign/prepared_campaign.h"
#include "sim/campaign/rates_file.h"
#include "sim/campaign/reliability.h"
#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/progress_line.h"
#include "sim/config/user_error.h"
#include "sim/parallel/campaign_session.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

constexpr int kToolErrors = 1;

struct CampaignOptions {
  std::string file;
  AcceleratorOptions accelerator;
  std::optional<std::string> engine;
  bool remap_weights = false;
  std::optional<size_t> calibrate;
  std::optional<std::string> clip;
  std::optional<std::string> hardened;
  std::optional<uint64_t> seed;
  std::optional<uint64_t> samples;
  std::optional<size_t> images;
  parallel::SessionOptions session;
  std::string shard;
  std::string rates;
  bool dry_run = false;
  bool rows = false;
  bool json = false;
};

/// The experiment file with the overrides of the command line.
campaign::ExperimentConfig experiment_of(const CampaignOptions& options) {
  campaign::ExperimentConfig experiment = campaign::read_experiment(options.file);
  experiment.accelerator = options.accelerator.over(experiment.accelerator);
  if (options.engine) {
    campaign::check_engine(*options.engine, "--engine");
    experiment.engine = *options.engine;
  }
  if (options.samples) {
    experiment.set_sample_size(*options.samples, "--samples");
  }
  experiment.sample.seed = options.seed.value_or(experiment.sample.seed);
  experiment.remap_weights = experiment.remap_weights || options.remap_weights;
  experiment.calibrate = options.calibrate.value_or(experiment.calibrate);
  experiment.clip = options.clip.value_or(experiment.clip);
  experiment.hardened = options.hardened.value_or(experiment.hardened);
  experiment.images = options.images.value_or(experiment.images);
  return experiment;
}

/// What stands at the top of every result.
ordered_json preamble(const campaign::CampaignDescription& description) {
  return {{"version", description.version},    {"experiment", description.experiment},
          {"hashes", description.hashes},      {"population", description.population},
          {"sample", description.experiments}, {"golden_cycles", description.golden_cycles}};
}

/// The population's size in decimal and its kind, for the terminal.
std::string population_text(const campaign::CampaignDescription& description) {
  const ordered_json& size = description.population["size"];
  return fmt::format("{} ({})", size.is_string() ? size.get<std::string>() : size.dump(),
                     description.population["kind"].get<std::string>());
}

int dry_run(const CampaignOptions& options, campaign::PreparedCampaign& prepared) {
  if (!options.session.fault_list.empty()) {
    campaign::PendingFile list(options.session.fault_list);
    prepared.write_fault_list(list);
    list.publish();
  }
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

void print_json(const CampaignOptions& options, const parallel::SessionResult& result,
                const campaign::CampaignSummary& summary, const std::optional<campaign::Reliability>& reliability) {
  ordered_json report = preamble(result.store.description());
  report.update(campaign::to_json(summary));
  if (reliability) {
    report["reliability"] = campaign::to_json(*reliability);
  }
  if (options.rows) {
    report["rows"] = ordered_json::array();
    result.store.for_each([&](const campaign::ExperimentRow& row) {
      report["rows"].push_back(campaign::to_json(row, result.store.description()));
    });
  }
  report["rows_sha256"] = result.store.rows_sha256();
  report["store"] = options.session.store.empty() ? ordered_json(nullptr) : ordered_json(options.session.store);
  report["runs_now"] = result.runs;
  report["wall_s"] = result.wall_seconds;
  fmt::print("{}\n", report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

int report(const CampaignOptions& options, const parallel::SessionResult& result,
           const std::optional<campaign::Rates>& rates) {
  const campaign::CampaignDescription& description = result.store.description();
  const campaign::CampaignSummary summary =
      campaign::summarise(description, [&](const auto& use) { result.store.for_each(use); });
  std::optional<campaign::Reliability> reliability;
  if (rates) {
    reliability = campaign::reliability_of(summary, description, *rates);
  }
  if (options.json) {
    print_json(options, result, summary, reliability);
  } else {
    fmt::print("{} experiments of a population of {}, {} images, {:.1f} s\n\n{}", summary.total.experiments,
               population_text(description), summary.images_struck, result.wall_seconds, campaign::to_text(summary));
    if (reliability) {
      fmt::print("\n{}", campaign::to_text(*reliability));
    }
  }
  for (const campaign::ToolError& error : summary.tool_errors) {
    fmt::print(stderr, "faultline: experiment {} ({}): tool error: {}\n", error.number, error.site, error.message);
  }
  return summary.total.counts.tool_errors > 0 ? kToolErrors : 0;
}

int run_campaign(CampaignOptions& options) {
  if (!options.shard.empty()) {
    options.session.shard = parallel::parse_shard(options.shard);
  }
  campaign::PreparedCampaign prepared(experiment_of(options));
  std::optional<campaign::Rates> rates;
  if (!options.rates.empty()) {
    rates = campaign::read_rates(options.rates);
    campaign::check_rates(*rates, prepared.description());
  }
  if (options.dry_run) {
    return dry_run(options, prepared);
  }
  std::optional<parallel::SessionResult> result;
  {
    ProgressLine progress;
    result = parallel::run_session(prepared, options.session, [&progress](const campaign::CampaignProgress& now) {
      progress.update(now.done, now.total,
                      fmt::format(", rate [{:.2f} %, {:.2f} %]", 100 * now.rate.low, 100 * now.rate.high));
    });
  }
  return result ? report(options, *result, rates) : 0;
}

std::function<int()> configure_campaign(CLI::App& app) {
  auto options = std::make_shared<CampaignOptions>();
  app.add_option("experiment", options->file, "Experiment file (YAML)")->required();
  options->accelerator.add(app);
  app.add_option("--engine", options->engine, "Override the engine: auto, cone, cycle, structural, rtl or neuron");
  app.add_flag("--remap-weights", options->remap_weights,
               "Replace each weight by the one that errs least with the multiplier");
  app.add_option("--calibrate", options->calibrate,
                 "Add to the biases what the multiplier's products lack on average on this many training images");
  app.add_option("--clip", options->clip, "Clip layers to the bounds of this file (YAML)");
  app.add_option("--hardened", options->hardened, "Protect the neurons that this file names (YAML)");
  app.add_option("--seed", options->seed, "Override the seed");
  app.add_option("--samples", options->samples, "Override the sample size")->check(CLI::PositiveNumber);
  app.add_option("--images", options->images, "Override the number of images")->check(CLI::PositiveNumber);
  app.add_option("--write-list", options->session.fault_list, "Also write the faults as a fault list (.csv or .jsonl)");
  app.add_option("--out", options->session.store, "Result store to write; without it the rows are forgotten");
  app.add_flag("--resume", options->session.resume, "Finish the result store instead of making it");
  app.add_option("--jobs", options->session.jobs, "Processes; default: one per core, under mpirun one per rank")
      ->check(CLI::PositiveNumber);
  app.add_option("--shard", options->shard, "i/n: run the i-th of n shards only");
  app.add_option("--rates", options->rates, "Raw fault rates (YAML): adds FIT, cross-section, MWTF ...");
  app.add_flag("--dry-run", options->dry_run, "Print population, sample and expected time; run a few experiments only");
  app.add_flag("--rows", options->rows, "List every experiment in the JSON");
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return run_campaign(*options); };
}

const Registration kRegistration{
    {"campaign", "Run a fault list or a random sample and count the outcomes", configure_campaign}};

}  // namespace
}  // namespace faultline::cli
