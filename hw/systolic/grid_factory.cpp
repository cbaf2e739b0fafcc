#include "hw/systolic/grid_factory.h"

#include <map>
#include <utility>

#include "hw/common/invalid_configuration.h"
#include "hw/systolic/cycle_grid.h"
#include "hw/systolic/structural_grid.h"

namespace faultline::hw {
namespace {

template <typename Grid>
std::unique_ptr<PeGrid> make(const char* name, const GridConfig& config, StateTable& table, FaultTaps& taps,
                             const CycleClock& cycles) {
  return std::make_unique<Grid>(name, config, table, taps, cycles);
}

std::map<std::string, Accelerator::MakeGrid>& makers() {
  static std::map<std::string, Accelerator::MakeGrid> all = {{"cycle", make<CycleGrid>},
                                                             {"structural", make<StructuralGrid>}};
  return all;
}

}  // namespace

std::vector<std::string> grid_names() {
  std::vector<std::string> names;
  for (const auto& entry : makers()) {
    names.push_back(entry.first);
  }
  return names;
}

Accelerator::MakeGrid grid_maker(const std::string& name) {
  const auto found = makers().find(name);
  if (found == makers().end()) {
    throw InvalidConfiguration("no grid implementation named " + name);
  }
  return found->second;
}

GridRegistration::GridRegistration(const std::string& name, Accelerator::MakeGrid maker) {
  makers()[name] = std::move(maker);
}

}  // namespace faultline::hw
