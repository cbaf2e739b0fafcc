#include "sim/cosim/difference_waves.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "sim/config/user_error.h"
#include "sim/inject/vcd_writer.h"

namespace faultline::cosim {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kPeriodNanoseconds = 10;
// Of a trace in GTKWave's save files: right-justified, and hexadecimal or binary.
constexpr const char* kHexadecimal = "@22";
constexpr const char* kBinary = "@28";
constexpr const char* kComment = "@200";

[[noreturn]] void refuse(const std::string& path) {
  throw UserError(path, 0, "cannot be written",
                  "give --wave-dir a folder that you may write to, with room on its disk");
}

void write_traces(std::ostream& out, const std::string& title, const hw::StateTable& table,
                  std::vector<hw::Site>::const_iterator begin, std::vector<hw::Site>::const_iterator end) {
  fmt::print(out, "{}\n-{}\n", kComment, title);
  for (auto site = begin; site != end; ++site) {
    const hw::StateField& field = table.fields()[site->field];
    fmt::print(out, "{}\n{}{}\n", field.bits > 1 ? kHexadecimal : kBinary, hw::element_path(field, site->element),
               field.bits > 1 ? fmt::format("[{}:0]", field.bits - 1) : "");
  }
}

/// GTKWave's save file: what to open, where the marker stands, which traces to show.
void write_save_file(const std::string& path, const std::string& waveform, const hw::StateTable& table,
                     const std::vector<hw::Site>& sites, size_t differing, uint64_t cycle) {
  std::ofstream out(path);
  const auto first_other = sites.begin() + static_cast<std::ptrdiff_t>(differing);
  fmt::print(out, "[dumpfile] \"{}\"\n[savefile] \"{}\"\n", fs::absolute(waveform).string(),
             fs::absolute(path).string());
  fmt::print(out, "[size] 1400 800\n*-6.000000 {}", cycle * kPeriodNanoseconds);
  constexpr int kNamedMarkers = 26;
  for (int marker = 0; marker < kNamedMarkers; ++marker) {
    out << " -1";
  }
  out << '\n';
  write_traces(out, fmt::format("differs in cycle {}", cycle), table, sites.begin(), first_other);
  write_traces(out, "the same element", table, first_other, sites.end());
  if (!out.flush()) {
    refuse(path);
  }
}

}  // namespace

DifferenceWaves::DifferenceWaves(const std::string& folder, const std::vector<Engine>& engines,
                                 const std::vector<hw::Site>& sites, size_t differing, uint64_t cycle)
    : cycle_(cycle) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    refuse(folder);
  }
  for (const Engine& engine : engines) {
    const std::string waveform = (fs::path(folder) / (engine.name + ".vcd")).string();
    const std::string save_file = (fs::path(folder) / (engine.name + ".gtkw")).string();
    writers_.push_back(std::make_unique<inject::VcdWriter>(waveform, engine.table, sites, kPeriodNanoseconds));
    write_save_file(save_file, waveform, engine.table, sites, differing, cycle);
    files_.push_back(waveform);
    files_.push_back(save_file);
  }
}

DifferenceWaves::~DifferenceWaves() = default;

void DifferenceWaves::sample(uint64_t cycle) {
  if (cycle + kCyclesBefore < cycle_ || cycle > cycle_ + kCyclesAfter) {
    return;
  }
  for (const auto& writer : writers_) {
    writer->sample(cycle);
  }
}

std::vector<std::string> DifferenceWaves::finish() {
  for (const auto& writer : writers_) {
    writer->finish();
  }
  return files_;
}

}  // namespace faultline::cosim
