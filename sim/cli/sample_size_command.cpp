#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "sim/campaign/sample_size.h"
#include "sim/cli/command.h"
#include "sim/config/user_error.h"

namespace faultline::cli {
namespace {

struct SampleSizeOptions {
  std::string population;
  double margin = 0;
  uint64_t sample = 0;
  bool has_margin = false;
  bool has_sample = false;
  campaign::MarginTerms terms;
  bool json = false;
};

void print(const SampleSizeOptions& options, const char* name, const nlohmann::ordered_json& answer) {
  if (!options.json) {
    fmt::print("{}\n", answer.dump());
    return;
  }
  const nlohmann::ordered_json object = {{name, answer},
                                         {"population", options.population},
                                         {"confidence", options.terms.confidence},
                                         {"proportion", options.terms.proportion},
                                         {"quantile", campaign::normal_quantile(options.terms)}};
  fmt::print("{}\n", object.dump(2));
}

int size_or_margin(const SampleSizeOptions& options) {
  if (options.has_margin == options.has_sample) {
    throw UserError("command line", 0, "no single question is asked",
                    "give --margin for a sample, or --sample for its margin");
  }
  if (options.has_sample) {
    print(options, "margin", campaign::achieved_margin(options.population, options.sample, options.terms));
  } else {
    print(options, "sample", campaign::sample_size(options.population, options.margin, options.terms));
  }
  return 0;
}

std::function<int()> configure_sample_size(CLI::App& app) {
  auto options = std::make_shared<SampleSizeOptions>();
  app.add_option("--population", options->population, "Faults that could be injected: bits x cycles x images")
      ->required();
  CLI::Option* margin = app.add_option("--margin", options->margin, "Largest error of a rate, such as 0.01");
  CLI::Option* sample =
      app.add_option("--sample", options->sample, "Print the margin that so many faults reach instead");
  app.add_option("--confidence", options->terms.confidence, "0.9, 0.95, 0.99 or 0.999; any with --exact-quantile")
      ->capture_default_str();
  app.add_option("--p", options->terms.proportion, "Expected rate")->capture_default_str();
  app.add_flag("--exact-quantile", options->terms.exact_quantile,
               "Use the normal quantile in full instead of the rounded one of the literature");
  app.add_flag("--json", options->json, "Print JSON");
  return [options, margin, sample] {
    options->has_margin = margin->count() > 0;
    options->has_sample = sample->count() > 0;
    return size_or_margin(*options);
  };
}

const Registration kRegistration{
    {"sample-size", "Compute how many faults a campaign must inject for an error margin, or the margin of a sample",
     configure_sample_size}};

}  // namespace
}  // namespace faultline::cli
