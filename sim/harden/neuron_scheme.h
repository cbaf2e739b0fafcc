#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/model/network.h"

namespace faultline::harden {

/// What a scheme makes of the words that the output buffer holds for one neuron.
struct ResolvedNeuron {
  int8_t code = 0;         ///< that later layers read
  bool detected = false;   ///< the words disagree and the scheme cannot say which is right
  bool corrected = false;  ///< the words disagree and the scheme has outvoted one
};

/// How a neuron, one stored int8 output of a layer, is protected: it takes several words of the output buffer, and when
/// the layer is done one code is made of them. What the words hold and what is made of them is the matter of the unit
/// of the same name (hw/protection/neuron_unit_kind.h). `zero` is the code that stands for 0, in [-128, 127]. A file of
/// this folder defines a scheme and registers it with a file-scope object:
///
///   const NeuronSchemeRegistration kRegistration{{"tmr", obstacle}};
struct NeuronScheme {
  std::string name;
  /// Why neurons of a layer cannot be protected so; empty when they can.
  std::function<std::string(const model::MatrixOperator& layer, int32_t zero)> obstacle;

  /// Of the output buffer that a protected neuron takes, at least 2.
  int words() const;
  /// What each of the words holds when nothing is wrong.
  uint8_t encode(int8_t code, int32_t zero) const;
  /// True where the scheme asks for the interval of each neuron's codes.
  bool has_intervals() const;
  /// Of `words()` words of a neuron whose codes are in `interval` when nothing is wrong.
  ResolvedNeuron resolve(const std::vector<uint8_t>& words, int32_t zero, model::CodeRange interval = {}) const;
  /// What an unfaulted neuron of this code becomes: the code itself, or as near to it as the words can say; 0 where the
  /// scheme has intervals and the code lies outside.
  int8_t unfaulted(int8_t code, int32_t zero, model::CodeRange interval = {}) const;
};

/// All registered schemes.
std::vector<NeuronScheme>& neuron_schemes();
/// The scheme of this name. Throws UserError at `where`:`line` when there is none.
const NeuronScheme& find_neuron_scheme(const std::string& name, const std::string& where, int line = 0);

struct NeuronSchemeRegistration {
  explicit NeuronSchemeRegistration(NeuronScheme scheme) { neuron_schemes().push_back(std::move(scheme)); }
};

/// Why `layer` has no stored int8 outputs that any scheme could protect; empty when it has.
std::string no_stored_codes(const model::MatrixOperator& layer);

}  // namespace faultline::harden
