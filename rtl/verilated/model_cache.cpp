#include "rtl/verilated/model_cache.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <unistd.h>

#include "rtl/generator/rtl_error.h"
#include "rtl/verilated/verilator_inputs.h"
#include "sim/process/child_process.h"

namespace faultline::rtl {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibrary = "model.so";
constexpr auto kVersionLimit = std::chrono::minutes(1);
constexpr auto kBuildLimit = std::chrono::hours(6);

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string verilator_version() {
  for (const char* tool : {"verilator", "make", "g++"}) {
    if (!process::on_path(tool)) {
      throw RtlError(fmt::format("{} is not installed, and the rtl engine builds its model with it", tool),
                     "install the packages verilator, make and g++, or take another engine");
    }
  }
  static const std::string version = process::run_child({"verilator", "--version"}, "/", kVersionLimit).output;
  return version;
}

std::vector<SourceFile> inputs_of(const Design& design, ModelKind kind) {
  std::vector<SourceFile> inputs = {signal_marks(design, kind)};
  inputs.insert(inputs.end(), design.sources.begin(), design.sources.end());
  inputs.push_back(bridge(design, kind));
  return inputs;
}

std::vector<std::string> verilator_command(const Design& design, ModelKind kind,
                                           const std::vector<SourceFile>& inputs) {
  const std::string optimisation = kind == ModelKind::kOptimised ? "OPT_FAST=-O3 OPT_SLOW=-O0 OPT_GLOBAL=-O3"
                                                                 : "OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O1";
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::string> command = {
      "verilator", "--cc", "--exe", "--build", "-j", std::to_string(cores), "--no-timing", "--noassert", "-Wno-fatal",
      // Loops over the ports of a memory are unrolled: four ports for each of up to 256 columns.
      "--unroll-count", "1024", "--unroll-stmts", "100000",
      // Every register is written before it is read: the state table fills it in.
      "--x-assign", "fast", "--x-initial", "fast", "--prefix", "Vmodel", "--top-module", design.top, "-Mdir", "build",
      "-o", std::string("../") + kLibrary,
      // Several models live in one process: none may see another's symbols.
      "-CFLAGS", "-fPIC -fvisibility=hidden -fno-gnu-unique", "-LDFLAGS", "-shared -Wl,-Bsymbolic", "-MAKEFLAGS",
      optimisation + (process::on_path("ccache") ? " OBJCACHE=ccache" : "")};
  if (kind == ModelKind::kOptimised) {
    // g++ takes more than linear time for a function: an array of 64x64 would be one of 90,000 lines.
    command.insert(command.end(), {"--output-split", "20000", "--output-split-cfuncs", "5000"});
  }
  for (const auto& [parameter, value] : design.parameters) {
    command.push_back(fmt::format("-G{}={}", parameter, value));
  }
  for (const SourceFile& input : inputs) {
    command.push_back(input.name);
  }
  return command;
}

/// SHA-256 in hexadecimal.
std::string digest(const std::string& text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), bytes, &length, EVP_sha256(), nullptr);
  std::string hexadecimal;
  for (unsigned i = 0; i < length; ++i) {
    hexadecimal += fmt::format("{:02x}", bytes[i]);
  }
  return hexadecimal;
}

/// A lock that other processes respect, held while the object lives.
class FileLock {
 public:
  explicit FileLock(const fs::path& file) : descriptor_(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    while (descriptor_ >= 0 && flock(descriptor_, LOCK_EX) != 0) {
      if (errno != EINTR) {
        throw std::system_error(errno, std::generic_category(), file.string());
      }
    }
    if (descriptor_ < 0) {
      throw RtlError(fmt::format("{} cannot be written", file.parent_path().string()),
                     "set FAULTLINE_RTL_CACHE to a folder for built models");
    }
  }
  ~FileLock() { close(descriptor_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

/// The line of a failed build that says most.
std::string first_error(const std::string& output) {
  const size_t error = std::min(output.find("rror"), output.size());
  const size_t newline = error == 0 ? std::string::npos : output.rfind('\n', error);
  const size_t begin = newline == std::string::npos ? 0 : newline + 1;
  return output.substr(begin, std::min<size_t>(output.find('\n', begin) - begin, 300));
}

/// Runs a check and leaves a file that says so beside the library.
void prove(const ModelCheck& check, const fs::path& folder) {
  check.run(folder / kLibrary);
  std::ofstream(folder / check.name) << "passed\n";
}

void build(const Design& design, ModelKind kind, const std::vector<SourceFile>& inputs, const fs::path& folder) {
  for (const SourceFile& input : inputs) {
    std::ofstream(folder / input.name, std::ios::binary) << input.text;
  }
  const process::ChildResult result = process::run_child(verilator_command(design, kind, inputs), folder, kBuildLimit);
  if (result.status != 0 || !fs::exists(folder / kLibrary)) {
    throw RtlError(fmt::format("Verilator could not build the model ({})", first_error(result.output)),
                   "check the installed verilator and g++, and the room on the disk");
  }
  fs::remove_all(folder / "build");
}

}  // namespace

fs::path model_cache_folder() {
  const std::string own = environment("FAULTLINE_RTL_CACHE");
  if (!own.empty()) {
    return own;
  }
  const std::string cache = environment("XDG_CACHE_HOME");
  const fs::path base = cache.empty() ? fs::path(environment("HOME")) / ".cache" : fs::path(cache);
  return base / "faultline" / "rtl";
}

fs::path build_model(const Design& design, ModelKind kind, const std::optional<ModelCheck>& check) {
  const std::vector<SourceFile> inputs = inputs_of(design, kind);
  std::string key = verilator_version();
  for (const std::string& word : verilator_command(design, kind, inputs)) {
    key += word + '\n';
  }
  for (const SourceFile& input : inputs) {
    key += input.name + '\n' + input.text;
  }
  const fs::path cache = fs::absolute(model_cache_folder());
  const std::string name =
      fmt::format("{}_{}_{}_{}", design.top, design.size, to_string(kind), digest(key).substr(0, 16));
  const fs::path entry = cache / name;
  const auto is_proved = [&] { return !check || fs::exists(entry / check->name); };
  if (fs::exists(entry / kLibrary) && is_proved()) {
    return entry / kLibrary;
  }
  std::error_code ignored;
  fs::create_directories(cache, ignored);
  const FileLock lock(cache / (name + ".lock"));
  if (!fs::exists(entry / kLibrary)) {
    // The lock is ours: what lies here was left by a build that died.
    const fs::path fresh = cache / (name + ".new");
    fs::remove_all(fresh);
    fs::create_directories(fresh);
    build(design, kind, inputs, fresh);
    if (check) {
      prove(*check, fresh);
    }
    fs::rename(fresh, entry);
  } else if (!is_proved()) {
    prove(*check, entry);
  }
  return entry / kLibrary;
}

}  // namespace faultline::rtl
