#include "sim/harden/neuron_scheme.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sim/config/user_error.h"

namespace faultline::harden {

int8_t NeuronScheme::unfaulted(int8_t code, int32_t zero) const {
  return resolve(std::vector<uint8_t>(static_cast<size_t>(words), encode(code, zero)), zero).code;
}

std::vector<NeuronScheme>& neuron_schemes() {
  static std::vector<NeuronScheme> schemes;
  return schemes;
}

const NeuronScheme& find_neuron_scheme(const std::string& name, const std::string& where, int line) {
  const std::vector<NeuronScheme>& schemes = neuron_schemes();
  const auto found =
      std::find_if(schemes.begin(), schemes.end(), [&](const NeuronScheme& scheme) { return scheme.name == name; });
  if (found == schemes.end()) {
    std::vector<std::string> names;
    std::transform(schemes.begin(), schemes.end(), std::back_inserter(names),
                   [](const NeuronScheme& scheme) { return scheme.name; });
    std::sort(names.begin(), names.end());
    throw UserError(where, line, fmt::format("no scheme '{}' protects neurons", name),
                    fmt::format("the schemes are {}", fmt::join(names, ", ")));
  }
  return *found;
}

std::string no_stored_codes(const model::MatrixOperator& layer) {
  return layer.post.raw() ? "its outputs are 32-bit sums, not codes" : "";
}

}  // namespace faultline::harden
