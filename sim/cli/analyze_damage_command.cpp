#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "sim/cli/command.h"
#include "sim/cli/stored_result.h"
#include "sim/report/damage_curves.h"
#include "sim/report/page_frame.h"

namespace faultline::cli {
namespace {

struct AnalyzeDamageOptions {
  std::vector<std::string> stores;
  std::string output;
  bool json = false;
};

int analyze_damage(const AnalyzeDamageOptions& options) {
  refuse_to_overwrite(options.output, options.stores);
  std::vector<report::CampaignResult> results;
  std::transform(options.stores.begin(), options.stores.end(), std::back_inserter(results), read_stored);
  const report::DamageCurves curves = report::damage_curves(results);
  if (!options.output.empty()) {
    report::write_page(options.output, report::damage_page(curves));
  }
  if (options.json) {
    fmt::print("{}\n", report::to_json(curves).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{}", report::to_text(curves));
  }
  return 0;
}

std::function<int()> configure_analyze_damage(CLI::App& app) {
  auto options = std::make_shared<AnalyzeDamageOptions>();
  app.add_option("stores", options->stores, "Result stores of campaigns over maps of permanent faults")->required();
  app.add_option("-o,--output", options->output,
                 "Also write a page with the curves (HTML); replaces a file of that name");
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return analyze_damage(*options); };
}

const Registration kAnalyzeDamageRegistration{
    {"analyze damage", "Accuracy against the share of permanently damaged multipliers", configure_analyze_damage}};

}  // namespace
}  // namespace faultline::cli
