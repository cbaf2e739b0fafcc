#include <memory>
#include <optional>

#include <fmt/core.h>

#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/given_options.h"
#include "sim/cli/progress_line.h"
#include "sim/cosim/cosim_report.h"
#include "sim/cosim/grid_cosim.h"
#include "sim/cosim/network_cosim.h"

namespace faultline::cli {
namespace {

constexpr int kDifferent = 1;

struct CosimOptions {
  cosim::GridCosimRequest request{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  std::string model;
  std::string data;
  uint64_t images = 1;
  std::optional<uint64_t> faults;
  AcceleratorOptions accelerator;
  bool json = false;
};

cosim::CosimResult run(const CosimOptions& options, const hw::AcceleratorConfig& config) {
  ProgressLine line;
  const auto progress = [&line](uint64_t done, uint64_t total) { line.update(done, total); };
  cosim::GridCosimRequest request = options.request;
  constexpr uint64_t kNone = 0;  // an inference takes much longer than a program
  request.faults = options.faults.value_or(options.model.empty() ? request.faults : kNone);
  if (options.model.empty()) {
    request.config = config.grid;
    return cosim::run_grid_cosim(request, progress);
  }
  return cosim::run_network_cosim({config, request.engines, options.model, options.data, options.images, request.faults,
                                   request.seed, request.only_case, request.fault_list, request.wave_folder},
                                  progress);
}

int step_together(const CosimOptions& options, const CLI::App& app) {
  const hw::AcceleratorConfig config = options.accelerator.settings().build();
  const cosim::CosimResult result = run(options, config);
  cosim::CosimDescription description{config.grid, options.request.seed, ""};
  if (result.first) {
    description.repeat = given_options(app, {"--case", "--json"}) + fmt::format(" --case {}", result.first->number);
  }
  if (options.json) {
    fmt::print("{}\n", cosim::to_json(description, result).dump(2));
  } else {
    fmt::print("{}", cosim::to_text(description, result));
  }
  return result.first ? kDifferent : 0;
}

std::function<int()> configure_cosim(CLI::App& app) {
  auto options = std::make_shared<CosimOptions>();
  cosim::GridCosimRequest& request = options->request;
  app.add_option("--engines", request.engines, "Two of cycle, structural and rtl, the reference first")
      ->capture_default_str();
  options->accelerator.add(app);
  CLI::Option* programs =
      app.add_option("--programs", request.programs, "Random programs of the array")->capture_default_str();
  CLI::Option* faults = app.add_option(
      "--faults", options->faults, "Runs with random faults; 500 of the programs, or none of the images, unless given");
  app.add_option("--fault-list", request.fault_list, "Fault list (CSV or JSON Lines) instead of random faults")
      ->excludes(faults);
  app.add_option("--seed", request.seed, "Seed of programs and faults")->capture_default_str();
  app.add_option("--case", request.only_case, "Run only the case of this number");
  CLI::Option* rtl =
      app.add_option("--rtl", request.rtl, "SystemVerilog files of an array of your own, as the engine rtl");
  app.add_option("--map", request.map, "Names of its ports and registers (YAML)");
  CLI::Option* model =
      app.add_option("--model", options->model, "Network (ONNX) to run on the whole accelerator, instead of programs");
  CLI::Option* data = app.add_option("--data", options->data, "Images: mnist:DIR, cifar10:DIR or builtin:digits");
  app.add_option("--images", options->images, "Images of the test split")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str()
      ->needs(model);
  model->needs(data)->excludes(programs)->excludes(rtl);
  data->needs(model);
  app.add_option("--wave-dir", request.wave_folder, "Folder for waveforms of the first difference");
  app.add_flag("--json", options->json, "Print JSON");
  return [options, &app] { return step_together(*options, app); };
}

const Registration kRegistration{
    {"cosim", "Step two engines together and compare every register and wire in every cycle", configure_cosim}};

}  // namespace
}  // namespace faultline::cli
