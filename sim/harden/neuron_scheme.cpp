#include "sim/harden/neuron_scheme.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "hw/protection/neuron_unit_kind.h"
#include "sim/config/user_error.h"

namespace faultline::harden {

namespace {

const hw::NeuronUnitKind& unit_of(const NeuronScheme& scheme) {
  const hw::NeuronUnitKind* unit = hw::find_neuron_unit_kind(scheme.name);
  if (unit == nullptr) {
    throw std::logic_error("no unit carries out the scheme " + scheme.name);
  }
  return *unit;
}

}  // namespace

int NeuronScheme::words() const {
  return static_cast<int>(unit_of(*this).words);
}

uint8_t NeuronScheme::encode(int8_t code, int32_t zero) const {
  return unit_of(*this).word_of(code, zero);
}

bool NeuronScheme::has_intervals() const {
  return unit_of(*this).has_intervals();
}

ResolvedNeuron NeuronScheme::resolve(const std::vector<uint8_t>& words, int32_t zero, model::CodeRange interval) const {
  hw::NeuronWords held = {};
  std::copy(words.begin(), words.end(), held.begin());
  const hw::CombinedNeuron neuron =
      unit_of(*this).combined(held, zero, {static_cast<int8_t>(interval.low), static_cast<int8_t>(interval.high)});
  return {neuron.code, neuron.verdict == hw::NeuronVerdict::kAlarm, neuron.verdict == hw::NeuronVerdict::kCorrected};
}

int8_t NeuronScheme::unfaulted(int8_t code, int32_t zero, model::CodeRange interval) const {
  return resolve(std::vector<uint8_t>(static_cast<size_t>(words()), encode(code, zero)), zero, interval).code;
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
