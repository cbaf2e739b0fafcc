#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "sim/cli/command.h"
#include "sim/config/multiplier_option.h"
#include "sim/config/user_error.h"
#include "sim/cost/synthesis.h"
#include "sim/process/child_process.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

struct CostOptions {
  std::string multiplier, verilog, top, liberty;
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

ordered_json circuit_cost(const CostOptions& options) {
  cost::SynthesisRequest request;
  request.dsps = !options.no_dsp;
  request.liberty = options.liberty.empty() ? "" : require_text(options.liberty);
  std::string name = options.verilog;
  if (!options.verilog.empty()) {
    request.systemverilog = require_text(options.verilog);
    request.top = options.top;
  } else {
    const hw::GeneratedMultiplier multiplier = config::parse_generated_multiplier(
        options.multiplier, hw::Multiplier::kOperandBits, !options.is_unsigned, "--multiplier");
    name = multiplier.name();
    request.systemverilog = multiplier.systemverilog();
    request.top = multiplier.module_name();
  }
  ordered_json json = {{"name", name}};
  json.update(cost::to_json(cost::synthesize(request, name)));
  return json;
}

void print(const ordered_json& json) {
  fmt::print("{}\n", json["name"].get<std::string>());
  for (const auto& [group, figures] : json.items()) {
    if (figures.is_object()) {
      fmt::print("{}\n", group);
      for (const auto& [key, value] : figures.items()) {
        fmt::print("  {:<18}{:>10}\n", key, value.is_string() ? value.get<std::string>() : value.dump());
      }
    }
  }
  if (json.contains("rom_bits")) {
    fmt::print("a table: {} bits of ROM\n", json["rom_bits"].dump());
  }
}

int report_cost(const CostOptions& options) {
  if (options.multiplier.empty() && options.verilog.empty()) {
    throw UserError("command line", 0, "nothing to cost is given", "give --multiplier NAME or --verilog FILE");
  }
  const config::MultiplierOption multiplier = options.multiplier.empty()
                                                  ? config::MultiplierOption{}
                                                  : config::parse_multiplier(options.multiplier, "--multiplier");
  const ordered_json json = multiplier.file.empty() ? circuit_cost(options) : table_cost(multiplier.file);
  if (options.json) {
    fmt::print("{}\n", json.dump(2, ' ', false, ordered_json::error_handler_t::replace));
  } else {
    print(json);
  }
  return 0;
}

std::function<int()> configure(CLI::App& app) {
  auto options = std::make_shared<CostOptions>();
  CLI::Option* multiplier =
      app.add_option("--multiplier", options->multiplier, "A multiplier, as `faultline run` takes it");
  app.add_flag("--unsigned", options->is_unsigned, "The family's core for unsigned operands");
  CLI::Option* verilog = app.add_option("--verilog", options->verilog, "A circuit in one Verilog file");
  verilog->excludes(multiplier);
  app.add_option("--top", options->top, "Its module, where there are several")->needs(verilog);
  app.add_flag("--no-dsp", options->no_dsp, "Multiplications in LUTs, not in DSP blocks");
  app.add_option("--liberty", options->liberty, "Cell library for the area of the ASIC mapping");
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return report_cost(*options); };
}

const Registration kRegistration{{"cost", "Area and depth of a multiplier or circuit, by Yosys", configure}};

}  // namespace
}  // namespace faultline::cli
