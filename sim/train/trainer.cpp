#include "sim/train/trainer.h"

#include <filesystem>
#include <string>
#include <vector>

#include <dlfcn.h>

#include "sim/config/user_error.h"

namespace faultline::train {
namespace {

constexpr const char* kModule = "faultline_torch_trainer.so";
constexpr const char* kFunction = "faultline_train";

/// Beside the program in the build tree; under lib/faultline when installed.
std::vector<std::filesystem::path> module_places() {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return {program / kModule, program.parent_path() / "lib" / "faultline" / kModule};
}

}  // namespace

TrainFunction load_trainer() {
  for (const std::filesystem::path& place : module_places()) {
    if (!std::filesystem::exists(place)) {
      continue;
    }
    void* module = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* function = module != nullptr ? dlsym(module, kFunction) : nullptr;
    if (function == nullptr) {
      throw UserError(place.string(), 0, std::string("cannot be loaded (") + dlerror() + ")",
                      "install LibTorch (libtorch-dev) and build again");
    }
    return reinterpret_cast<TrainFunction>(function);  // NOLINT: what POSIX says to do with dlsym's result
  }
  throw UserError("train", 0, "this build lacks LibTorch",
                  "install libtorch-dev, configure with -DFAULTLINE_TRAIN=ON and build again");
}

}  // namespace faultline::train
