#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "sim/cli/command.h"
#include "sim/cli/stored_result.h"
#include "sim/config/user_error.h"
#include "sim/report/comparison.h"
#include "sim/report/design_table.h"
#include "sim/report/page_frame.h"

namespace faultline::cli {
namespace {

struct CompareOptions {
  std::string first;
  std::string second;
  std::vector<std::string> further;
  std::string output;
  bool json = false;
};

/// More than two designs: a row each.
int tabulate(const CompareOptions& options) {
  if (!options.output.empty()) {
    throw UserError("--output", 0, "a page compares two campaigns", "give two, or leave the option out");
  }
  std::vector<report::CampaignResult> results = {read_stored(options.first), read_stored(options.second)};
  std::transform(options.further.begin(), options.further.end(), std::back_inserter(results), read_stored);
  const report::DesignTable table = report::design_table(results);
  if (options.json) {
    fmt::print("{}\n", report::to_json(table).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{}", report::to_text(table));
  }
  return 0;
}

int run_compare(const CompareOptions& options) {
  if (!options.further.empty()) {
    return tabulate(options);
  }
  refuse_to_overwrite(options.output, {options.first, options.second});
  const report::Comparison comparison = report::compare(read_stored(options.first), read_stored(options.second));
  if (!options.output.empty()) {
    report::write_page(options.output, report::comparison_page(comparison));
  }
  if (options.json) {
    fmt::print("{}\n", report::to_json(comparison).dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  } else {
    fmt::print("{}", report::to_text(comparison));
  }
  return 0;
}

std::function<int()> configure_compare(CLI::App& app) {
  auto options = std::make_shared<CompareOptions>();
  app.add_option("first", options->first, "Result store of the first campaign")->required();
  app.add_option("second", options->second, "Result store of the second")->required();
  app.add_option("more", options->further, "Further ones: a table of all of them, with differences to the first");
  app.add_option("-o,--output", options->output, "Also write a page (HTML); replaces a file of that name");
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return run_compare(*options); };
}

const Registration kRegistration{{"compare", "Compare the results of two or more campaigns", configure_compare}};

}  // namespace
}  // namespace faultline::cli
