#include "sim/train/zoo.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/config/user_error.h"

namespace faultline::train {

std::vector<ZooNetwork>& zoo() {
  static std::vector<ZooNetwork> all;
  return all;
}

model::FloatNetwork build_zoo_network(const std::string& name) {
  std::vector<std::string> names;
  for (const ZooNetwork& network : zoo()) {
    if (network.name == name) {
      return network.build();
    }
    names.push_back(network.name);
  }
  std::sort(names.begin(), names.end());
  throw UserError("--network", 0, "there is no network '" + name + "'",
                  fmt::format("use one of {}", fmt::join(names, ", ")));
}

}  // namespace faultline::train
