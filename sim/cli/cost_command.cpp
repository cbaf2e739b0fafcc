#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/progress_line.h"
#include "sim/config/multiplier_option.h"
#include "sim/config/user_error.h"
#include "sim/cost/array_cost.h"
#include "sim/cost/multiplier_cost.h"
#include "sim/cost/network_energy.h"
#include "sim/cost/protection_cost.h"
#include "sim/model/dataset.h"
#include "sim/model/network_input.h"
#include "sim/model/onnx_import.h"
#include "sim/process/child_process.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

struct CostOptions {
  AcceleratorOptions accelerator;
  std::string verilog, top, liberty;
  std::string operands, data;  ///< a network and its images
  size_t images = 1;
  bool multiplier = false;  ///< a multiplier alone
  bool element = false;
  bool array = false;
  bool protection = false;
  bool no_dsp = false;
  bool is_unsigned = false;
  bool json = false;
};

std::string require_text(const std::string& file) {
  std::string text = process::read_text(file);
  if (text.empty()) {
    throw UserError(file, 0, "cannot be read or is empty", "give the path of a readable file");
  }
  return text;
}

/// A table is no circuit: it would be a memory. What its publisher says of the circuit is passed on as such.
ordered_json table_cost(const std::string& file) {
  config::read_product_entries(file, false);
  ordered_json json = {{"name", "table:" + file},
                       {"rom_bits", hw::Multiplier::kEntries * hw::Multiplier::kProductBits}};
  const ordered_json description = ordered_json::parse(process::read_text(file + ".json"), nullptr, false);
  if (description.is_object() && description.contains("published")) {
    json["published"] = description["published"];
  }
  return json;
}

ordered_json file_cost(const CostOptions& options, cost::SynthesisRequest request) {
  request.systemverilog = require_text(options.verilog);
  request.top = options.top;
  ordered_json json = {{"name", options.verilog}};
  json.update(cost::to_json(cost::synthesize(request, options.verilog)));
  return json;
}

ordered_json multiplier_cost(const CostOptions& options, const cost::SynthesisRequest& request) {
  const config::MultiplierOption multiplier = options.accelerator.settings().multiplier;
  return multiplier.file.empty() ? cost::multiplier_cost({hw::find_multiplier_family(multiplier.family),
                                                          multiplier.values, multiplier.bits, !options.is_unsigned},
                                                         request)
                                 : table_cost(multiplier.file);
}

/// A multiplier alone, and what it switches while a network runs on an array of it.
ordered_json network_cost(const CostOptions& options, const cost::SynthesisRequest& request) {
  const config::AcceleratorSettings settings = options.accelerator.settings();
  const config::MultiplierOption& multiplier = settings.multiplier;
  if (!multiplier.file.empty()) {
    throw UserError("--operands", 0, "a table has no gates that switch", "give a multiplier of a family");
  }
  const auto network = std::make_shared<const model::Network>(model::import_onnx(options.operands));
  const model::Dataset images = model::load_dataset(options.data, model::Split::kTest, options.images);
  model::check_dataset_fits(*network, images);
  std::vector<model::Values> inputs;
  for (size_t i = 0; i < images.size(); ++i) {
    inputs.push_back(model::network_input(*network, images.image(i)));
  }
  ProgressLine progress;
  ordered_json operands = {{"model", options.operands}, {"data", options.data}, {"images", inputs.size()}};
  operands.update(cost::to_json(cost::network_energy(
      {hw::find_multiplier_family(multiplier.family), multiplier.values, multiplier.bits}, settings.build(), network,
      inputs, [&](size_t done) { progress.update(done, inputs.size()); })));
  ordered_json json = multiplier_cost(options, request);
  json["operands"] = operands;
  return json;
}

ordered_json array_cost(const CostOptions& options, const cost::SynthesisRequest& request) {
  config::AcceleratorSettings settings = options.accelerator.settings();
  if (!options.array) {
    settings.array = {1, 1};
  }
  const hw::AcceleratorConfig config = settings.build();
  config::refuse_layer_multipliers(config, "cost");
  const hw::GridConfig& grid = config.grid;
  ordered_json json = {{"name", fmt::format("{}x{} {} {}", grid.rows, grid.columns, hw::to_string(grid.dataflow),
                                            grid.multiplier.name())}};
  json.update(cost::to_json(cost::array_cost(grid, request), grid));
  return json;
}

ordered_json protection_cost(const CostOptions& options, const cost::SynthesisRequest& request) {
  const hw::AcceleratorConfig config = options.accelerator.settings().build();
  if (config.protection.empty()) {
    throw UserError("accelerator", 0, "has no protection units to cost",
                    "give an accelerator file with the key protection");
  }
  ordered_json json = {{"name", fmt::format("protection of {}x{} {}", config.grid.rows, config.grid.columns,
                                            hw::to_string(config.grid.dataflow))}};
  json.update(cost::to_json(cost::protection_cost(config, request)));
  return json;
}

void print_parts(const ordered_json& parts) {
  fmt::print("{:<22}{:<10}{:>10}{:>16}{:>18}\n", "unit", "part", "instances", "each, GE", "each, flip-flops");
  for (const ordered_json& part : parts) {
    fmt::print("{:<22}{:<10}{:>10}{:>16}{:>18}\n", part["unit"].get<std::string>(), part["part"].get<std::string>(),
               part["instances"].dump(), part["asic"]["gate_equivalents"].dump(), part["asic"]["flip_flops"].dump());
  }
}

void print(const ordered_json& json) {
  fmt::print("{}\n", json["name"].get<std::string>());
  if (json.contains("protection")) {
    print_parts(json["protection"]);
  }
  for (const char* group : {"fpga", "asic", "operands"}) {
    if (json.contains(group)) {
      fmt::print("{}\n", group);
      for (const auto& [key, value] : json[group].items()) {
        fmt::print("  {:<26}{:>12}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
      }
    }
  }
  if (json.contains("rom_bits")) {
    fmt::print("a table: {} bits of ROM\n", json["rom_bits"].dump());
  }
  if (json.contains("memory_bits")) {
    fmt::print("and {} bits of memory\n", json["memory_bits"].dump());
  }
}

ordered_json cost_of(const CostOptions& options) {
  cost::SynthesisRequest request;
  request.dsps = !options.no_dsp;
  request.liberty = options.liberty.empty() ? "" : require_text(options.liberty);
  if (options.protection) {
    return protection_cost(options, request);
  }
  if (!options.operands.empty()) {
    return network_cost(options, request);
  }
  if (options.array || options.element) {
    return array_cost(options, request);
  }
  if (!options.verilog.empty()) {
    return file_cost(options, request);
  }
  if (!options.multiplier) {
    throw UserError("command line", 0, "nothing to cost is given",
                    "give --multiplier NAME, --pe, --array ROWSxCOLUMNS, --accelerator FILE or --verilog FILE");
  }
  return multiplier_cost(options, request);
}

int report_cost(const CostOptions& options) {
  const ordered_json json = cost_of(options);
  if (options.json) {
    fmt::print("{}\n", json.dump(2, ' ', false, ordered_json::error_handler_t::replace));
  } else {
    print(json);
  }
  return 0;
}

std::function<int()> configure_cost(CLI::App& app) {
  auto options = std::make_shared<CostOptions>();
  options->accelerator.add(app);
  app.add_flag("--pe", options->element, "One processing element with its multiplier");
  app.add_flag("--protection", options->protection,
               "The protection units of --accelerator FILE: their circuits, without memories")
      ->needs("--accelerator")
      ->excludes("--pe");
  app.add_flag("--unsigned", options->is_unsigned, "The family's core for unsigned operands");
  CLI::Option* verilog = app.add_option("--verilog", options->verilog, "A circuit in one Verilog file");
  for (const char* other : {"--accelerator", "--array", "--dataflow", "--multiplier", "--pe", "--protection"}) {
    verilog->excludes(app.get_option(other));
  }
  CLI::Option* operands =
      app.add_option(
             "--operands", options->operands,
             "Also the switching energy of the multiplier with the operands of this network (ONNX) on the array")
          ->excludes("--pe")
          ->excludes("--protection")
          ->excludes("--unsigned")
          ->excludes(verilog);
  CLI::Option* data =
      app.add_option("--data", options->data, "Its images: mnist:DIR, cifar10:DIR or builtin:digits")->needs(operands);
  operands->needs(data);
  app.add_option("--images", options->images, "How many test images; 0: all")->needs(operands)->capture_default_str();
  app.add_option("--top", options->top, "Its module, where there are several")->needs(verilog);
  app.add_flag("--no-dsp", options->no_dsp, "Multiplications in LUTs, not in DSP blocks");
  app.add_option("--liberty", options->liberty, "Cell library for the area of the ASIC mapping");
  app.add_flag("--json", options->json, "Print JSON");
  return [options, &app] {
    options->multiplier = app.count("--multiplier") > 0;
    options->array = app.count("--array") + app.count("--accelerator") > 0;
    return report_cost(*options);
  };
}

const Registration kRegistration{
    {"cost", "Area, depth and energy of a multiplier, array, protection or circuit, by Yosys", configure_cost}};

}  // namespace
}  // namespace faultline::cli
