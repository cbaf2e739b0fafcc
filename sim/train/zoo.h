#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/model/float_network.h"

namespace faultline::train {

/// A network that can be trained by name. A file of this folder defines one and registers it with a file-scope object:
///
///   const ZooRegistration kRegistration{{"lenet5", lenet5}};
struct ZooNetwork {
  std::string name;
  std::function<model::FloatNetwork()> build;  ///< the layers, weights still empty
};

/// All registered networks.
std::vector<ZooNetwork>& zoo();

struct ZooRegistration {
  explicit ZooRegistration(ZooNetwork network) { zoo().push_back(std::move(network)); }
};

/// Their names, in alphabetical order: "lenet5, mlp_relu, mlp_tanh".
std::string zoo_names();

/// The network called `name`, without weights. Throws UserError where there is none.
model::FloatNetwork build_zoo_network(const std::string& name);

}  // namespace faultline::train
