#include <memory>

#include <fmt/core.h>

#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/given_options.h"
#include "sim/cli/progress_line.h"
#include "sim/cosim/cosim_report.h"
#include "sim/cosim/grid_cosim.h"

namespace faultline::cli {
namespace {

constexpr int kDifferent = 1;

struct CosimOptions {
  cosim::GridCosimRequest request{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  AcceleratorOptions accelerator;
  bool json = false;
};

int step_together(CosimOptions& options, const CLI::App& app) {
  options.request.config = options.accelerator.over({}).build().grid;
  ProgressLine progress;
  const cosim::GridCosimResult result = cosim::run_grid_cosim(
      options.request, [&progress](uint64_t done, uint64_t total) { progress.update(done, total); });
  const std::string repeat =
      result.first ? given_options(app, {"--case", "--json"}) + fmt::format(" --case {}", result.first->number) : "";
  if (options.json) {
    fmt::print("{}\n", cosim::to_json(options.request, result, repeat).dump(2));
  } else {
    fmt::print("{}", cosim::to_text(result, repeat));
  }
  return result.first ? kDifferent : 0;
}

std::function<int()> configure(CLI::App& app) {
  auto options = std::make_shared<CosimOptions>();
  cosim::GridCosimRequest& request = options->request;
  app.add_option("--engines", request.engines, "Two of cycle, structural and rtl, the reference first")
      ->capture_default_str();
  options->accelerator.add(app);
  app.add_option("--programs", request.programs, "Random programs")->capture_default_str();
  CLI::Option* faults =
      app.add_option("--faults", request.faults, "Runs of the programs with random faults")->capture_default_str();
  app.add_option("--fault-list", request.fault_list, "Fault list (CSV or JSON Lines) instead of random faults")
      ->excludes(faults);
  app.add_option("--seed", request.seed, "Seed of programs and faults")->capture_default_str();
  app.add_option("--case", request.only_case, "Run only the case of this number");
  app.add_option("--rtl", request.rtl, "SystemVerilog files of an array of your own, as the engine rtl");
  app.add_option("--map", request.map, "Names of its ports and registers (YAML)");
  app.add_option("--wave-dir", request.wave_folder, "Folder for waveforms of the first difference");
  app.add_flag("--json", options->json, "Print JSON");
  return [options, &app] { return step_together(*options, app); };
}

const Registration kRegistration{
    {"cosim", "Step two engines together and compare every register and wire in every cycle", configure}};

}  // namespace
}  // namespace faultline::cli
