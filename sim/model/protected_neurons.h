#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/model/network.h"

namespace faultline::model {

/// What protection makes of the stored outputs of the layer before it, element by element of the same shape. Machines
/// with a unit for it do it with the layer, others leave it to the host.
class ProtectedNeurons : public HostOperator {
 public:
  /// The kind of unit that does it (hw::NeuronUnitKind).
  virtual const std::string& unit() const = 0;
  /// Elements of the tensor that are protected, ascending.
  virtual const std::vector<size_t>& neurons() const = 0;
  /// The codes that the index-th of neurons() may have when nothing is wrong; all where nobody asks.
  virtual CodeRange interval(size_t index) const = 0;
  /// The code that stands for 0.
  virtual int32_t zero() const = 0;
};

}  // namespace faultline::model
