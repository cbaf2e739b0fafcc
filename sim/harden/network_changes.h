#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "sim/engine/machine.h"
#include "sim/model/network.h"

namespace faultline::harden {

/// What is done to a network before it runs.
struct NetworkChanges {
  bool remap_weights = false;  ///< remap_weights() for the machine's multipliers
  size_t calibrate = 0;        ///< calibrate_biases() on so many training images; 0: not
  std::string data;            ///< the data set that they are of
  std::string clip;            ///< clip design file, or empty
  std::string hardened;        ///< hardened design file, or empty
};

/// The network of an ONNX file after the changes, in the order of the members. Throws UserError for whatever is wrong
/// with the files, and for a network that a change cannot be made to.
std::shared_ptr<const model::Network> changed_network(const std::string& model, const NetworkChanges& changes,
                                                      const engine::Machine& machine);

/// Gives the machine the unit that holds bounds of channels, where the clip design or the hardened design has some
/// (empty: there is no such design); before changed_network(). Throws UserError for a machine that cannot have it, or
/// has another.
void add_channel_bounds(const std::string& clip, const std::string& hardened, engine::Machine& machine);

}  // namespace faultline::harden
