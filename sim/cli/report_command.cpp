#include <memory>
#include <string>

#include <fmt/core.h>

#include "sim/cli/command.h"
#include "sim/cli/stored_result.h"
#include "sim/report/campaign_page.h"
#include "sim/report/page_frame.h"

namespace faultline::cli {
namespace {

struct ReportOptions {
  std::string store;
  std::string output;
  std::string rates;
};

int run_report(const ReportOptions& options) {
  refuse_to_overwrite(options.output, {options.store});
  report::CampaignResult result = read_stored(options.store);
  if (!options.rates.empty()) {
    result.reliability =
        campaign::reliability_of(result.summary, result.description, campaign::read_rates(options.rates));
  }
  report::write_page(options.output, report::campaign_page(result));
  fmt::print("{}: {} of {} experiments, rows {}\n", options.output, result.summary.experiments_done,
             result.description.experiments, result.rows_sha256);
  return 0;
}

std::function<int()> configure_report(CLI::App& app) {
  auto options = std::make_shared<ReportOptions>();
  app.add_option("results", options->store, "Result store of a campaign")->required();
  app.add_option("-o,--output", options->output, "Page to write (HTML); replaces a file of that name")->required();
  app.add_option("--rates", options->rates, "Raw fault rates (YAML): adds FIT, cross-section, MWTF ...");
  return [options] { return run_report(*options); };
}

const Registration kRegistration{{"report", "Write a campaign's results as one HTML page", configure_report}};

}  // namespace
}  // namespace faultline::cli
