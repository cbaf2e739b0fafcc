#include "sim/harden/neuron_scheme.h"

/// Copies of neurons, for a voter, a comparator or a unit with intervals (hw/protection/tmr_unit.cpp, dmr_unit.cpp,
/// edac_unit.cpp).
namespace faultline::harden {
namespace {

std::string copies_obstacle(const model::MatrixOperator& layer, int32_t /*zero*/) {
  return no_stored_codes(layer);
}

const NeuronSchemeRegistration kTriple{{"tmr", copies_obstacle}};
const NeuronSchemeRegistration kDual{{"dmr", copies_obstacle}};
const NeuronSchemeRegistration kEdac{{"edac", copies_obstacle}};

}  // namespace
}  // namespace faultline::harden
