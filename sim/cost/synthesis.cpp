#include "sim/cost/synthesis.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "sim/config/user_error.h"
#include "sim/model/sha256.h"
#include "sim/netlist/gate_netlist.h"
#include "sim/netlist/switching_energy.h"
#include "sim/process/child_process.h"
#include "sim/process/tool_run.h"

namespace faultline::cost {
namespace {

using nlohmann::json;

constexpr auto kLimit = std::chrono::minutes(10);

std::string fpga_script(const SynthesisRequest& request) {
  return fmt::format(
      "read_verilog -sv circuit.sv\n{}"
      "synth_xilinx -family xc7 -flatten -noiopad -noclkbuf{}\ntee -q -o fpga.json stat -json\n",
      netlist::hierarchy_command(request.top), request.dsps ? "" : " -nodsp");
}

std::string asic_script(const SynthesisRequest& request) {
  std::string script = "read_verilog -sv circuit.sv\n" + netlist::gate_commands(request.top) +
                       "tee -q -o asic.json stat -json -tech cmos\ntee -q -o path.txt ltp -noff\n"
                       "write_json gates.json\n";
  if (!request.liberty.empty()) {
    script +=
        "dfflibmap -liberty cells.lib\nabc -liberty cells.lib\nopt_clean\n"
        "tee -q -o area.txt stat -liberty cells.lib\n";
  }
  return script;
}

bool starts_with(const std::string& text, const char* prefix) {
  return text.rfind(prefix, 0) == 0;
}

FpgaCost read_fpga(const json& design) {
  FpgaCost cost;
  for (const auto& [type, count] : design["num_cells_by_type"].items()) {
    const int cells = count.get<int>();
    cost.luts += starts_with(type, "LUT") || type == "INV" ? cells : 0;
    cost.carries += type == "CARRY4" ? cells : 0;
    cost.muxes += starts_with(type, "MUXF") ? cells : 0;
    cost.flip_flops += starts_with(type, "FD") || starts_with(type, "SRL") ? cells : 0;
    cost.dsps += starts_with(type, "DSP48") ? cells : 0;
    cost.block_rams += starts_with(type, "RAMB") ? cells : 0;
  }
  return cost;
}

AsicCost read_asic(const json& design, const std::string& path, const std::string& area) {
  AsicCost cost;
  for (const auto& [type, count] : design["num_cells_by_type"].items()) {
    if (!starts_with(type, "$_")) {
      continue;  // a black box
    }
    const bool stores = type.find("DFF") != std::string::npos || type.find("DLATCH") != std::string::npos;
    (stores ? cost.flip_flops : cost.gates) += count.get<int>();
  }
  constexpr double kTransistorsOfNand = 4;
  cost.gate_equivalents =
      std::atof(design["estimated_num_transistors"].get<std::string>().c_str()) / kTransistorsOfNand;
  const size_t length = path.find("(length=");
  cost.depth = length == std::string::npos ? 0 : std::atoi(path.c_str() + length + 8);
  // "Chip area for module 'NAME': NUMBER"; Yosys 0.23 leaves it out of its JSON.
  const size_t line = area.rfind("Chip area for");
  const size_t colon = area.find("': ", line);
  if (line != std::string::npos && colon != std::string::npos) {
    cost.liberty_area = std::atof(area.c_str() + colon + 3);
  }
  return cost;
}

/// Nothing for a circuit with registers: what it switches depends on more than its inputs.
std::optional<double> energy_of(const AsicCost& cost, const std::filesystem::path& gates, const std::string& where) {
  if (cost.flip_flops > 0) {
    return {};
  }
  return netlist::switching_energy({process::read_text(gates), where});
}

SynthesisResult run_yosys(const SynthesisRequest& request, const std::string& where) {
  const process::ScratchFolder folder;
  folder.write("circuit.sv", request.systemverilog);
  folder.write("cells.lib", request.liberty);
  folder.write("fpga.ys", fpga_script(request));
  folder.write("asic.ys", asic_script(request));
  for (const char* script : {"fpga.ys", "asic.ys"}) {
    process::run_tool({"yosys", "-q", "-s", script}, folder.path(), kLimit, where, "Yosys does not accept it");
  }
  const auto design = [&](const char* file) {
    const json statistics = json::parse(process::read_text(folder.path() / file), nullptr, false);
    return statistics.is_object() ? statistics["design"] : json();
  };
  SynthesisResult result;
  result.fpga = read_fpga(design("fpga.json"));
  result.asic = read_asic(design("asic.json"), process::read_text(folder.path() / "path.txt"),
                          process::read_text(folder.path() / "area.txt"));
  result.asic.switching_energy = energy_of(result.asic, folder.path() / "gates.json", where);
  return result;
}

/// Of everything that decides the result.
std::string digest(const SynthesisRequest& request) {
  const auto version =
      process::run_child({"yosys", "-V"}, std::filesystem::temp_directory_path(), std::chrono::seconds(30));
  model::Sha256 hash;
  const std::string energy = fmt::format("energy of {} transitions", netlist::kTransitions);
  for (const std::string& text :
       {version.output, energy, fpga_script(request), asic_script(request), request.systemverilog, request.liberty}) {
    const std::string piece = fmt::format("{}:{}", text.size(), text);
    hash.update(piece.data(), piece.size());
  }
  return hash.finish();
}

/// Empty when the environment names no folder for it; then nothing is kept.
std::filesystem::path cache_folder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache != '\0') {
    return std::filesystem::path(cache) / "faultline" / "cost";
  }
  const char* home = std::getenv("HOME");
  return home == nullptr || *home == '\0' ? std::filesystem::path()
                                          : std::filesystem::path(home) / ".cache" / "faultline" / "cost";
}

SynthesisResult from_json(const json& stored) {
  SynthesisResult result;
  const json& fpga = stored.at("fpga");
  result.fpga = {fpga.at("luts"),       fpga.at("carries"), fpga.at("muxes"),
                 fpga.at("flip_flops"), fpga.at("dsps"),    fpga.at("block_rams")};
  const json& asic = stored.at("asic");
  result.asic = {asic.at("gates"), asic.at("flip_flops"), asic.at("gate_equivalents"), asic.at("depth"), {}, {}};
  if (asic.contains("liberty_area")) {
    result.asic.liberty_area = asic.at("liberty_area").get<double>();
  }
  if (asic.contains("switching_energy")) {
    result.asic.switching_energy = asic.at("switching_energy").get<double>();
  }
  result.cached = true;
  return result;
}

/// A result that cannot be read back is made again.
std::optional<SynthesisResult> find_cached(const std::filesystem::path& file) {
  try {
    return from_json(json::parse(process::read_text(file)));
  } catch (const json::exception&) {
    return {};
  }
}

/// A cache that cannot be written only costs time.
void keep(const std::filesystem::path& file, const SynthesisResult& result) {
  std::error_code ignored;
  std::filesystem::create_directories(file.parent_path(), ignored);
  const std::filesystem::path temporary = file.string() + fmt::format(".tmp{}", getpid());
  std::ofstream(temporary) << to_json(result).dump();
  std::filesystem::rename(temporary, file, ignored);
}

}  // namespace

SynthesisResult synthesize(const SynthesisRequest& request, const std::string& where) {
  process::require_tool("yosys", where);
  const std::filesystem::path folder = cache_folder();
  if (folder.empty()) {
    return run_yosys(request, where);
  }
  const std::filesystem::path file = folder / (digest(request) + ".json");
  if (const auto cached = find_cached(file)) {
    return *cached;
  }
  const SynthesisResult result = run_yosys(request, where);
  keep(file, result);
  return result;
}

nlohmann::ordered_json to_json(const SynthesisResult& result) {
  const FpgaCost& fpga = result.fpga;
  const AsicCost& asic = result.asic;
  nlohmann::ordered_json json = {{"fpga",
                                  {{"family", "xc7"},
                                   {"luts", fpga.luts},
                                   {"carries", fpga.carries},
                                   {"muxes", fpga.muxes},
                                   {"flip_flops", fpga.flip_flops},
                                   {"dsps", fpga.dsps},
                                   {"block_rams", fpga.block_rams}}},
                                 {"asic",
                                  {{"gates", asic.gates},
                                   {"flip_flops", asic.flip_flops},
                                   {"gate_equivalents", asic.gate_equivalents},
                                   {"depth", asic.depth}}},
                                 {"cached", result.cached}};
  if (asic.switching_energy) {
    json["asic"]["switching_energy"] = *asic.switching_energy;
  }
  if (asic.liberty_area) {
    json["asic"]["liberty_area"] = *asic.liberty_area;
  }
  return json;
}

}  // namespace faultline::cost
