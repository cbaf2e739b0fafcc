#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include <fmt/core.h>

#include "sim/cli/command.h"
#include "sim/config/multiplier_option.h"
#include "sim/config/user_error.h"
#include "sim/multiplier/circuit_source.h"
#include "sim/multiplier/error_plot.h"
#include "sim/multiplier/gate_defect.h"
#include "sim/multiplier/metrics_json.h"
#include "sim/multiplier/table_file.h"

namespace faultline::cli {
namespace {

using nlohmann::ordered_json;

/// --signed and --unsigned, of which at most one may be given.
struct Signedness {
  bool is_signed = false;
  bool is_unsigned = false;

  void add(CLI::App& app) {
    CLI::Option* yes = app.add_flag("--signed", is_signed, "Operands and products are signed");
    app.add_flag("--unsigned", is_unsigned, "Operands and products are unsigned")->excludes(yes);
  }
  /// For files, which do not say it themselves.
  bool require(const std::string& where) const {
    if (!is_signed && !is_unsigned) {
      throw UserError(where, 0, "neither --signed nor --unsigned is given", "say which the products are");
    }
    return is_signed;
  }
};

struct MultiplierOptions {
  std::string name, table, file, out, svg, check, top, net, stuck_at, operand_bits = "8";
  Signedness signedness;
  bool json = false;
};

int operand_bits(const std::string& text) {
  if (text != "8" && text != "12" && text != "16") {
    throw UserError("--bits", 0, fmt::format("'{}' is no width of operands", text), "give 8, 12 or 16");
  }
  return std::stoi(text);
}

ordered_json family_json(const hw::MultiplierFamily& family) {
  ordered_json parameters = ordered_json::array();
  for (const hw::FamilyParameter& parameter : family.parameters(hw::Multiplier::kOperandBits)) {
    parameters.push_back({{"name", parameter.name},
                          {"meaning", parameter.meaning},
                          {"low", parameter.low},
                          {"high", parameter.high},
                          {"standard", parameter.standard}});
  }
  return {{"name", family.name},
          {"definition", family.definition},
          {"signed_operands", family.signed_core ? "two's complement" : "sign and magnitude"},
          {"parameters", parameters},
          {"reference", family.reference}};
}

int list(const MultiplierOptions& options) {
  if (options.json) {
    ordered_json families = ordered_json::array();
    for (const hw::MultiplierFamily& family : hw::multiplier_families()) {
      families.push_back(family_json(family));
    }
    fmt::print("{}\n", families.dump(2));
    return 0;
  }
  for (const hw::MultiplierFamily& family : hw::multiplier_families()) {
    fmt::print("{}\n  {}\n", standard_multiplier(family).name(), family.definition);
    for (const hw::FamilyParameter& parameter : family.parameters(hw::Multiplier::kOperandBits)) {
      fmt::print("  {}: {} ({} to {})\n", parameter.name, parameter.meaning, parameter.low, parameter.high);
    }
    fmt::print("  [{}]\n", family.reference);
  }
  return 0;
}

multiplier::ProductTable table_to_measure(const MultiplierOptions& options) {
  if (!options.table.empty()) {
    return multiplier::read_product_table(options.table, options.signedness.require("--table"));
  }
  if (options.name.empty()) {
    throw UserError("command line", 0, "no multiplier is given", "give the name of one, or --table FILE");
  }
  if (options.name.rfind("table:", 0) == 0) {
    const config::MultiplierOption option = config::parse_multiplier(options.name, "NAME");
    return multiplier::read_product_table(option.file, !option.is_unsigned);
  }
  return multiplier::tabulate(config::parse_generated_multiplier(options.name, hw::Multiplier::kOperandBits,
                                                                 !options.signedness.is_unsigned, "NAME"));
}

int metrics(const MultiplierOptions& options) {
  const multiplier::ProductTable table = table_to_measure(options);
  const multiplier::ErrorMetrics errors = multiplier::error_metrics(table);
  if (!options.svg.empty()) {
    multiplier::write_whole_file(options.svg, multiplier::error_plot(table));
  }
  if (options.json) {
    ordered_json json = {{"name", table.name}, {"signed", table.is_signed}};
    json.update(multiplier::to_json(errors));
    fmt::print("{}\n", json.dump(2, ' ', false, ordered_json::error_handler_t::replace));
    return 0;
  }
  fmt::print("{}, {}\n", table.name, table.is_signed ? "signed" : "unsigned");
  fmt::print("MAE   {:>12.5g}   {:.4g} % of 2^16\nWCE   {:>12.5g}   {:.4g} % of 2^16\n", errors.mae,
             errors.mae_percent(), errors.wce, errors.wce_percent());
  fmt::print("MRE   {:>12.4g} %\nWCRE  {:>12.4g} %\nEP    {:>12.4g} %\n", 100 * errors.mre, 100 * errors.wcre,
             100 * errors.error_probability);
  fmt::print("MSE   {:>12.5g}\nbias  {:>12.5g}\nvar.  {:>12.5g}\n", errors.mse, errors.bias, errors.variance);
  return 0;
}

int rtl(const MultiplierOptions& options) {
  const hw::GeneratedMultiplier multiplier = config::parse_generated_multiplier(
      options.name, operand_bits(options.operand_bits), !options.signedness.is_unsigned, "NAME");
  if (options.out.empty()) {
    fmt::print("{}", multiplier.systemverilog());
  } else {
    multiplier::write_whole_file(options.out, multiplier.systemverilog());
  }
  return 0;
}

int import_circuit(const MultiplierOptions& options) {
  multiplier::CircuitDescription circuit;
  circuit.file = options.file;
  circuit.name = options.name;
  circuit.is_signed = options.signedness.require(options.file);
  circuit.top = options.top;
  circuit.bits = operand_bits(options.operand_bits);
  const multiplier::ProductTable table = multiplier::tabulate_circuit(circuit);
  if (!options.check.empty()) {
    multiplier::CircuitDescription other = circuit;
    other.file = options.check;
    check_same_circuit(table, multiplier::tabulate_circuit(other), options.check);
  }
  const ordered_json description = multiplier::table_description(table, options.file);
  multiplier::write_table_file(options.out, table, description);
  if (options.json) {
    fmt::print("{}\n", description.dump(2, ' ', false, ordered_json::error_handler_t::replace));
  } else {
    fmt::print("{}: use it with --multiplier table:{}{}\n", table.name, options.out,
               table.is_signed ? "" : ",unsigned");
    for (const ordered_json& key : description["disagreeing"]) {
      fmt::print("the published {} does not describe this table\n", key.get<std::string>());
    }
  }
  return 0;
}

/// A circuit by a family's name or by a file, which is told by its extension.
multiplier::GateCircuit gate_circuit(const MultiplierOptions& options) {
  const std::string extension = std::filesystem::path(options.name).extension();
  if (extension == ".v" || extension == ".sv") {
    return multiplier::gates_of(options.name, options.top, options.signedness.require(options.name));
  }
  return multiplier::gates_of(config::parse_generated_multiplier(options.name, hw::Multiplier::kOperandBits,
                                                                 !options.signedness.is_unsigned, "NAME"));
}

int nets(const MultiplierOptions& options) {
  const ordered_json json = multiplier::nets_json(gate_circuit(options));
  if (options.json) {
    fmt::print("{}\n", json.dump(2, ' ', false, ordered_json::error_handler_t::replace));
    return 0;
  }
  for (const ordered_json& net : json["nets"]) {
    fmt::print("{:<24}{:<12}{:>4} readers\n", net["net"].get<std::string>(), net["driver"].get<std::string>(),
               net["readers"].dump());
  }
  return 0;
}

int defect(const MultiplierOptions& options) {
  if (options.stuck_at != "0" && options.stuck_at != "1") {
    throw UserError("--stuck-at", 0, fmt::format("'{}' is no value of a net", options.stuck_at), "give 0 or 1");
  }
  const bool value = options.stuck_at == "1";
  const multiplier::GateCircuit circuit = gate_circuit(options);
  const multiplier::ProductTable table =
      multiplier::tabulate(circuit, multiplier::stuck_net(circuit, options.net, value));
  const ordered_json description = multiplier::defect_description(circuit, table, options.net, value);
  multiplier::write_table_file(options.out, table, description);
  if (options.json) {
    fmt::print("{}\n", description.dump(2, ' ', false, ordered_json::error_handler_t::replace));
  } else {
    fmt::print("{}: use it with --multiplier table:{}{}\n", description["name"].get<std::string>(), options.out,
               table.is_signed ? "" : ",unsigned");
  }
  return 0;
}

using Action = int (*)(const MultiplierOptions&);

/// Adds a subcommand of `faultline multiplier`; what is parsed last is run.
CLI::App* add(CLI::App& app, const std::shared_ptr<Action>& chosen, const char* name, const char* description,
              Action action) {
  CLI::App* sub = app.add_subcommand(name, description);
  sub->callback([chosen, action] { *chosen = action; });
  return sub;
}

std::function<int()> configure_multiplier(CLI::App& app) {
  auto options = std::make_shared<MultiplierOptions>();
  auto chosen = std::make_shared<Action>(nullptr);
  app.require_subcommand(1);

  CLI::App* sub = add(app, chosen, "list", "The generated families, their parameters and sources", list);
  sub->add_flag("--json", options->json, "Print JSON");

  sub = add(app, chosen, "metrics", "Errors over all pairs of 8-bit operands", metrics);
  CLI::Option* name = sub->add_option("name", options->name,
                                      "FAMILY or FAMILY:PARAMETER=VALUE,..., or table:FILE as --multiplier takes it");
  sub->add_option("--table", options->table, "A table of products instead")->excludes(name);
  options->signedness.add(*sub);
  sub->add_option("--svg", options->svg, "Draw heat map and distribution of the error");
  sub->add_flag("--json", options->json, "Print JSON");

  sub = add(app, chosen, "rtl", "The SystemVerilog of a generated multiplier", rtl);
  sub->add_option("name", options->name, "FAMILY or FAMILY:PARAMETER=VALUE,...")->required();
  options->signedness.add(*sub);
  sub->add_option("--bits", options->operand_bits, "Width of the operands: 8, 12 or 16")->capture_default_str();
  sub->add_option("-o,--out", options->out, "Write to a file instead of stdout");

  sub = add(app, chosen, "import", "Make a table of a circuit in Verilog or C, or check a raw table", import_circuit);
  sub->add_option("file", options->file, "Verilog (.v, .sv), C (.c) or a raw table")->required();
  sub->add_option("--name", options->name, "Name of the multiplier; the file's by default");
  options->signedness.add(*sub);
  sub->add_option("--top", options->top, "Module or function, where there are several");
  sub->add_option("--bits", options->operand_bits, "Width of a C function's operands: 8, 12 or 16")
      ->capture_default_str();
  sub->add_option("--check", options->check, "Another file of the same circuit, which must agree");
  sub->add_option("-o,--out", options->out, "Table to write; FILE.json is written beside it")->required();
  sub->add_flag("--json", options->json, "Print what is written to FILE.json");

  for (const bool lists : {true, false}) {
    sub = lists ? add(app, chosen, "nets", "The nets of a multiplier's gates, by Yosys", nets)
                : add(app, chosen, "defect", "Make the table of a multiplier with a stuck net", defect);
    sub->add_option("name", options->name, "FAMILY or FAMILY:PARAMETER=VALUE,..., or a Verilog file (.v, .sv)")
        ->required();
    options->signedness.add(*sub);
    sub->add_option("--top", options->top, "Module of the file, where there are several");
    sub->add_flag("--json", options->json, "Print JSON");
  }
  sub->add_option("--net", options->net, "A net that `faultline multiplier nets` lists")->required();
  sub->add_option("--stuck-at", options->stuck_at, "0 or 1")->required();
  sub->add_option("-o,--out", options->out, "Table to write; FILE.json is written beside it")->required();

  return [options, chosen] { return (*chosen)(*options); };
}

const Registration kRegistration{
    {"multiplier", "Approximate multipliers: families, errors, RTL, import, defects", configure_multiplier}};

}  // namespace
}  // namespace faultline::cli
