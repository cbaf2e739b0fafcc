#include "hw/systolic/accelerator_factory.h"

#include <map>
#include <utility>

#include "hw/systolic/accelerator.h"
#include "hw/systolic/grid_factory.h"

namespace faultline::hw {
namespace {

std::map<std::string, MakeAccelerator>& makers() {
  static std::map<std::string, MakeAccelerator> all;
  return all;
}

}  // namespace

MakeAccelerator accelerator_maker(const std::string& name) {
  const auto found = makers().find(name);
  if (found != makers().end()) {
    return found->second;
  }
  return [make_grid = grid_maker(name)](const char* instance, const AcceleratorConfig& config, StateTable& table,
                                        const CycleClock& cycles) -> std::unique_ptr<AcceleratorModule> {
    return std::make_unique<Accelerator>(instance, config, make_grid, table, cycles);
  };
}

AcceleratorRegistration::AcceleratorRegistration(const std::string& name, MakeAccelerator maker) {
  makers()[name] = std::move(maker);
}

}  // namespace faultline::hw
