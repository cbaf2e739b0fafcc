#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "sim/bench/suite.h"
#include "sim/cli/command.h"
#include "sim/cli/progress_line.h"

namespace faultline::cli {
namespace {

struct BenchOptions {
  double seconds = 2;
  std::vector<std::string> tables;
  bool json = false;
};

int run_benchmarks(const BenchOptions& options) {
  ProgressLine line;
  const nlohmann::ordered_json results =
      bench::run_suite(options.seconds, options.tables,
                       [&line](size_t done, size_t all, const std::string& next) { line.update(done, all, next); });
  fmt::print("{}\n", options.json ? results.dump(2) : bench::to_text(results));
  return 0;
}

std::function<int()> configure_bench(CLI::App& app) {
  auto options = std::make_shared<BenchOptions>();
  app.add_option("--seconds", options->seconds, "Shortest time of each measurement")
      ->check(CLI::Range(0.01, 1000.0))
      ->capture_default_str();
  app.add_option("--table", options->tables, "Only this table: cone, functional, grid or kernels; may be repeated");
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return run_benchmarks(*options); };
}

const Registration kRegistration{
    {"bench", "Measure kernels, grids, inferences and faulty inferences on this machine", configure_bench}};

}  // namespace
}  // namespace faultline::cli
