#include "sim/train/zoo.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::train {

std::vector<ZooNetwork>& zoo() {
  static std::vector<ZooNetwork> all;
  return all;
}

std::string zoo_names() {
  std::vector<std::string> names;
  for (const ZooNetwork& network : zoo()) {
    names.push_back(network.name);
  }
  std::sort(names.begin(), names.end());
  return fmt::format("{}", fmt::join(names, ", "));
}

model::FloatNetwork build_zoo_network(const std::string& name) {
  for (const ZooNetwork& network : zoo()) {
    if (network.name == name) {
      return network.build();
    }
  }
  throw UserError("--network", 0, "there is no network '" + name + "'", "use one of " + zoo_names());
}

}  // namespace faultline::train
