#include <memory>

#include <fmt/core.h>

#include "sim/cli/accelerator_options.h"
#include "sim/cli/command.h"
#include "sim/cli/effective_configuration.h"
#include "sim/engine/gemm_run.h"
#include "sim/model/npy.h"

namespace faultline::cli {
namespace {

struct GemmOptions {
  int64_t m = 16, k = 16, n = 16;
  uint64_t seed = 1;
  std::string a, b, out;
  std::string engine = "cycle";
  AcceleratorOptions accelerator;
  bool json = false;
};

nlohmann::ordered_json to_json(const engine::Gemm& gemm, const engine::GemmResult& result,
                               const engine::Machine& machine, const std::string& engine) {
  nlohmann::ordered_json json = {{"m", gemm.m}, {"k", gemm.k}, {"n", gemm.n}, {"engine", engine}};
  if (result.cycles) {
    json["compute_cycles"] = result.cycles->compute;
    json["cycles"] = result.cycles->total();
    json["total_cycles"] = result.cycles->total();
    json["load_cycles"] = result.cycles->load;
    json["drain_cycles"] = result.cycles->drain;
    json["stall_cycles"] = result.cycles->stall;
  } else {
    for (const char* key : {"compute_cycles", "cycles", "total_cycles"}) {
      json[key] = nullptr;
    }
  }
  if (result.folds) {
    json["folds"] = *result.folds;
  }
  for (const auto& [name, value] : result.figures) {
    std::visit([&json, key = name](auto number) { json[key] = number; }, value);
  }
  json["output_sha256"] = result.output_sha256;
  json["wall_s"] = result.wall_s;
  json["accelerator"] = effective_configuration(machine.settings());
  return json;
}

void print_table(const engine::Gemm& gemm, const engine::GemmResult& result, const std::string& engine) {
  fmt::print("{} x {} x {} on the {} engine", gemm.m, gemm.k, gemm.n, engine);
  fmt::print("{}\n", result.folds ? fmt::format(", {} folds", *result.folds) : "");
  if (result.cycles) {
    const engine::CycleCounts& cycles = *result.cycles;
    fmt::print("cycles   {} (load {}, compute {}, drain {}, stall {})\n", cycles.total(), cycles.load, cycles.compute,
               cycles.drain, cycles.stall);
  }
  for (const auto& [name, value] : result.figures) {
    std::visit([key = name](auto number) { fmt::print("{:<25}{:.6g}\n", key, static_cast<double>(number)); }, value);
  }
  fmt::print("sha256   {}\ntime     {:.3f} s\n", result.output_sha256, result.wall_s);
}

int run_gemm(const GemmOptions& options) {
  const auto machine = options.accelerator.machine();
  const hw::OperandFormat format = machine->operand_format();
  const engine::Gemm gemm = options.a.empty()
                                ? engine::random_gemm(options.m, options.k, options.n, options.seed, format)
                                : engine::read_gemm(options.a, options.b, format);
  const engine::GemmResult result = machine->gemm(gemm, options.engine);
  if (!options.out.empty()) {
    const std::vector<int64_t> shape = {gemm.m, gemm.n};
    format.wide() ? model::write_npy(options.out, {shape, result.wide_c})
                  : model::write_npy(options.out, {shape, result.c});
  }
  if (options.json) {
    fmt::print("{}\n", to_json(gemm, result, *machine, options.engine).dump(2));
  } else {
    print_table(gemm, result, options.engine);
  }
  return 0;
}

std::function<int()> configure_gemm(CLI::App& app) {
  auto options = std::make_shared<GemmOptions>();
  CLI::Option* m = app.add_option("--m", options->m, "Rows of A and C")->capture_default_str();
  CLI::Option* k = app.add_option("--k", options->k, "Columns of A, rows of B")->capture_default_str();
  CLI::Option* n = app.add_option("--n", options->n, "Columns of B and C")->capture_default_str();
  app.add_option("--seed", options->seed, "Seed of the random operands")->capture_default_str();
  CLI::Option* a = app.add_option("--a", options->a,
                                  "A as an int8 (or int16, of wide operands) .npy file, instead of random operands");
  CLI::Option* b = app.add_option("--b", options->b, "B, likewise");
  a->needs(b)->excludes(m)->excludes(k)->excludes(n);
  b->needs(a);
  app.add_option("--out", options->out, "Write C as an int32 (int64 of wide operands) .npy file");
  app.add_option("--engine", options->engine, "functional, cycle, structural or rtl")->capture_default_str();
  options->accelerator.add(app);
  app.add_flag("--json", options->json, "Print JSON");
  return [options] { return run_gemm(*options); };
}

const Registration kRegistration{{"gemm", "Multiply two integer matrices on the accelerator", configure_gemm}};

}  // namespace
}  // namespace faultline::cli
