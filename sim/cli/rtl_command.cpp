#include <memory>
#include <utility>

#include <fmt/core.h>

#include "rtl/generator/design.h"
#include "rtl/generator/design_folder.h"
#include "rtl/generator/rtl_error.h"
#include "rtl/generator/sm_design.h"
#include "rtl/testbench/accelerator_testbench.h"
#include "rtl/testbench/grid_testbench.h"
#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/effective_configuration.h"
#include "sim/config/user_error.h"
#include "sim/engine/gpu_machine.h"
#include "sim/testbench/grid_testbench_edges.h"
#include "sim/testbench/testbench_program.h"

namespace faultline::cli {
namespace {

struct RtlOptions {
  std::string out;
  AcceleratorOptions accelerator;
  uint64_t seed = 1;
  bool grid = false;
  bool json = false;
};

/// A design to write, and what to say of it.
struct RtlOutput {
  rtl::Design design;
  std::vector<rtl::SourceFile> testbench;
  engine::Machine::Settings settings;
  std::string summary;
};

std::vector<rtl::SourceFile> testbench_of(const rtl::Design& design, const hw::AcceleratorConfig& config,
                                          const RtlOptions& options) {
  if (!options.grid) {
    return rtl::accelerator_testbench(design, config, testbench::testbench_program(config, options.seed));
  }
  const std::vector<cosim::GridEdges> edges = testbench::grid_testbench_edges(config.grid, options.seed);
  return rtl::grid_testbench(design, config.grid, edges.size(), [&edges](size_t cycle) {
    return hw::GridInputs{edges[cycle].west, edges[cycle].north, edges[cycle].drain};
  });
}

RtlOutput systolic_output(const RtlOptions& options) {
  const hw::AcceleratorConfig config = options.accelerator.settings().build();
  config::refuse_layer_multipliers(config, "rtl");
  rtl::Design design = options.grid ? rtl::grid_design(config.grid) : rtl::accelerator_design(config);
  std::vector<rtl::SourceFile> testbench = testbench_of(design, config, options);
  return {std::move(design), std::move(testbench), config::effective_settings(config),
          fmt::format("{}x{} {}", config.grid.rows, config.grid.columns, hw::to_string(config.grid.dataflow))};
}

RtlOutput gpu_output(const engine::GpuMachine& machine, const RtlOptions& options) {
  if (options.grid) {
    throw UserError("--grid", 0, "a GPU has no grid of processing elements", "leave it out");
  }
  return {rtl::sm_datapath_design(machine.config()), {}, machine.settings(), machine.description()};
}

RtlOutput output_of(const RtlOptions& options) {
  const std::unique_ptr<engine::Machine> machine = options.accelerator.machine();
  const auto* gpu = dynamic_cast<const engine::GpuMachine*>(machine.get());
  try {
    return gpu != nullptr ? gpu_output(*gpu, options) : systolic_output(options);
  } catch (const rtl::RtlError& error) {
    throw UserError("accelerator", 0, error.wrong(), error.right());
  }
}

int write_rtl(const RtlOptions& options) {
  const RtlOutput output = output_of(options);
  const rtl::Design& design = output.design;
  try {
    rtl::write_design(design, options.out, output.testbench);
  } catch (const rtl::RtlError& error) {
    throw UserError(options.out, 0, error.wrong(), error.right());
  }
  if (options.json) {
    nlohmann::ordered_json json = {
        {"out", options.out}, {"top", design.top}, {"files", nlohmann::ordered_json::array()}};
    for (const rtl::SourceFile& source : design.sources) {
      json["files"].push_back(source.name);
    }
    json["testbench"] = nlohmann::ordered_json::array();
    for (const rtl::SourceFile& file : output.testbench) {
      json["testbench"].push_back(file.name);
    }
    json["signals"] = design.signals.size();
    json["accelerator"] = effective_configuration(output.settings);
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print("{}: {}, top module {}\n", options.out, output.summary, design.top);
  }
  return 0;
}

std::function<int()> configure_rtl(CLI::App& app) {
  auto options = std::make_shared<RtlOptions>();
  app.add_option("--out", options->out, "Folder to write to: new, empty, or with an earlier output")->required();
  options->accelerator.add(app);
  app.add_flag("--grid", options->grid, "Write only the grid of processing elements");
  app.add_option("--seed", options->seed, "Seed of the testbench's operands")->capture_default_str();
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return write_rtl(*options); };
}

const Registration kRegistration{
    {"rtl", "Write the accelerator, or a GPU's datapath, as SystemVerilog", configure_rtl}};

}  // namespace
}  // namespace faultline::cli
