#include <memory>

#include <fmt/core.h>

#include "rtl/generator/design.h"
#include "rtl/generator/design_folder.h"
#include "rtl/generator/rtl_error.h"
#include "rtl/testbench/accelerator_testbench.h"
#include "rtl/testbench/grid_testbench.h"
#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/effective_configuration.h"
#include "sim/config/user_error.h"
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

rtl::Design design_of(const hw::AcceleratorConfig& config, bool grid) {
  try {
    return grid ? rtl::grid_design(config.grid) : rtl::accelerator_design(config);
  } catch (const rtl::RtlError& error) {
    throw UserError("accelerator", 0, error.wrong(), error.right());
  }
}

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

int write_rtl(const RtlOptions& options) {
  const hw::AcceleratorConfig config = options.accelerator.settings().build();
  config::refuse_layer_multipliers(config, "rtl");
  const rtl::Design design = design_of(config, options.grid);
  const std::vector<rtl::SourceFile> testbench = testbench_of(design, config, options);
  try {
    rtl::write_design(design, config.grid, options.out, testbench);
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
    for (const rtl::SourceFile& file : testbench) {
      json["testbench"].push_back(file.name);
    }
    json["signals"] = design.signals.size();
    json["accelerator"] = effective_configuration(config::effective_settings(config));
    fmt::print("{}\n", json.dump(2));
  } else {
    fmt::print("{}: {}x{} {}, top module {}\n", options.out, config.grid.rows, config.grid.columns,
               hw::to_string(config.grid.dataflow), design.top);
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

const Registration kRegistration{{"rtl", "Write the accelerator as SystemVerilog", configure_rtl}};

}  // namespace
}  // namespace faultline::cli
