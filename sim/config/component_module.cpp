#include "sim/config/component_module.h"

#include <filesystem>
#include <vector>

#include <dlfcn.h>

#include "sim/config/user_error.h"

namespace faultline::config {
namespace {

std::vector<std::filesystem::path> module_places(const std::string& file) {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return {program / file, program.parent_path() / "lib" / "faultline" / file};
}

}  // namespace

void* load_component(const std::string& file, const std::string& symbol, const std::string& remedy, ModuleScope scope) {
  for (const std::filesystem::path& place : module_places(file)) {
    if (!std::filesystem::exists(place)) {
      continue;
    }
    void* module = dlopen(place.c_str(), RTLD_NOW | (scope == ModuleScope::kGlobal ? RTLD_GLOBAL : RTLD_LOCAL));
    void* address = module != nullptr ? dlsym(module, symbol.c_str()) : nullptr;
    if (address == nullptr) {
      throw UserError(place.string(), 0, std::string("cannot be loaded (") + dlerror() + ")", remedy);
    }
    return address;
  }
  return nullptr;
}

}  // namespace faultline::config
