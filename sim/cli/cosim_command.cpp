#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/given_options.h"
#include "sim/cli/progress_line.h"
#include "sim/config/user_error.h"
#include "sim/cosim/cosim_report.h"
#include "sim/cosim/grid_cosim.h"
#include "sim/cosim/network_cosim.h"
#include "sim/cosim/sm_cosim.h"
#include "sim/engine/gpu_machine.h"
#include "sim/harden/neuron_protection.h"

namespace faultline::cli {
namespace {

constexpr int kDifferent = 1;

struct CosimOptions {
  cosim::GridCosimRequest request{hw::GridConfig(1, 1, hw::Dataflow::kWeightStationary, hw::Multiplier())};
  std::string model;
  std::string data;
  std::string hardened;
  uint64_t images = 1;
  std::optional<uint64_t> faults;
  AcceleratorOptions accelerator;
  bool json = false;
};

using Progress = std::function<void(uint64_t done, uint64_t total)>;

/// What came of the cases, and the machine that ran them.
struct SteppedMachine {
  cosim::CosimResult result;
  std::vector<std::pair<std::string, std::string>> machine;
};

/// With the unit of the hardened design.
hw::AcceleratorConfig accelerator_of(const CosimOptions& options) {
  config::AcceleratorSettings settings = options.accelerator.settings();
  if (!options.hardened.empty()) {
    harden::add_unit(harden::read_hardened_design(options.hardened), settings.sizes.protection);
  }
  return settings.build();
}

SteppedMachine step_systolic(const CosimOptions& options, const Progress& progress) {
  const hw::AcceleratorConfig config = accelerator_of(options);
  cosim::GridCosimRequest request = options.request;
  constexpr uint64_t kNone = 0;  // an inference takes much longer than a program
  request.faults = options.faults.value_or(options.model.empty() ? request.faults : kNone);
  request.config = config.grid;
  const std::vector<std::pair<std::string, std::string>> machine = {
      {"array", fmt::format("{}x{}", config.grid.rows, config.grid.columns)},
      {"dataflow", hw::to_string(config.grid.dataflow)},
      {"multiplier", config.grid.multiplier.name()}};
  if (options.model.empty()) {
    return {cosim::run_grid_cosim(request, progress), machine};
  }
  return {cosim::run_network_cosim(
              {config, request.engines, options.model, options.data, options.images, request.faults, request.seed,
               request.only_case, request.fault_list, request.wave_folder, options.hardened},
              progress),
          machine};
}

SteppedMachine step_gpu(const engine::GpuMachine& machine, const CosimOptions& options, const Progress& progress) {
  const cosim::GridCosimRequest& request = options.request;
  return {cosim::run_sm_cosim({machine.config(), request.programs, options.faults.value_or(request.faults),
                               request.seed, request.only_case, request.fault_list},
                              progress),
          {{"gpu", machine.description()}, {"multiplier", machine.multiplier().name()}}};
}

SteppedMachine step(const CosimOptions& options, const CLI::App& app) {
  ProgressLine line;
  const auto progress = [&line](uint64_t done, uint64_t total) { line.update(done, total); };
  if (!options.model.empty()) {
    return step_systolic(options, progress);
  }
  const std::unique_ptr<engine::Machine> machine = options.accelerator.machine();
  const auto* gpu = dynamic_cast<const engine::GpuMachine*>(machine.get());
  if (gpu == nullptr) {
    return step_systolic(options, progress);
  }
  for (const char* option : {"--engines", "--rtl", "--map", "--wave-dir"}) {
    if (app.count(option) > 0) {
      throw UserError(option, 0, "does not apply to a GPU, whose datapath is compared with its RTL", "leave it out");
    }
  }
  return step_gpu(*gpu, options, progress);
}

int step_together(const CosimOptions& options, const CLI::App& app) {
  const SteppedMachine stepped = step(options, app);
  const cosim::CosimResult& result = stepped.result;
  cosim::CosimDescription description{stepped.machine, options.request.seed, ""};
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
      app.add_option("--programs", request.programs, "Random programs of the array, or of a GPU's multiprocessor")
          ->capture_default_str();
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
  app.add_option("--hardened", options->hardened, "Protect the neurons that this file names (YAML)")->needs(model);
  app.add_option("--wave-dir", request.wave_folder, "Folder for waveforms of the first difference");
  app.add_flag("--json", options->json, "Print JSON");
  return [options, &app] { return step_together(*options, app); };
}

const Registration kRegistration{
    {"cosim", "Step two engines together and compare every register and wire in every cycle", configure_cosim}};

}  // namespace
}  // namespace faultline::cli
