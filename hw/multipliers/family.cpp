#include "hw/multipliers/family.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace faultline::hw {
namespace {

std::vector<MultiplierFamily>& registry() {
  static std::vector<MultiplierFamily> families;
  return families;
}

uint64_t mask(int bits) {
  return (uint64_t{1} << bits) - 1;
}

int64_t signed_value(uint64_t pattern, int bits) {
  const uint64_t sign = uint64_t{1} << (bits - 1);
  return static_cast<int64_t>((pattern & mask(bits)) ^ sign) - static_cast<int64_t>(sign);
}

/// The shell around a core of magnitudes; the magnitude of the most negative operand fits because the core is unsigned.
uint64_t sign_magnitude_product(const MultiplierCircuit& core, int64_t activation, int64_t weight) {
  const uint64_t product = core.product(static_cast<uint64_t>(activation < 0 ? -activation : activation),
                                        static_cast<uint64_t>(weight < 0 ? -weight : weight));
  return (activation < 0) != (weight < 0) ? 0 - product : product;
}

/// What stands between the ports and the core's names a, w and p.
std::string shell(bool sign_magnitude, int bits) {
  const int top = bits - 1;
  if (!sign_magnitude) {
    return fmt::format(
        "  logic [{0}:0] a, w;\n  logic [{1}:0] p;\n  assign a = activation;\n  assign w = weight;\n"
        "  assign product = p;\n",
        top, 2 * bits - 1);
  }
  return fmt::format(
      "  // sign-magnitude shell\n"
      "  logic negative;\n  logic [{0}:0] a, w;\n  logic [{1}:0] p;\n"
      "  assign negative = activation[{0}] ^ weight[{0}];\n"
      "  assign a = activation[{0}] ? -activation : activation;\n"
      "  assign w = weight[{0}] ? -weight : weight;\n"
      "  assign product = negative ? -p : p;\n",
      top, 2 * bits - 1);
}

}  // namespace

const std::vector<MultiplierFamily>& multiplier_families() {
  return registry();
}

const MultiplierFamily* find_multiplier_family(const std::string& name) {
  const auto& all = registry();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& family) { return family.name == name; });
  return found == all.end() ? nullptr : &*found;
}

FamilyRegistration::FamilyRegistration(MultiplierFamily family) {
  auto& all = registry();
  const auto place = std::find_if(all.begin(), all.end(), [&](const auto& other) { return family.name < other.name; });
  all.insert(place, std::move(family));
}

std::string GeneratedMultiplier::name() const {
  std::string text = family->name;
  const auto parameters = family->parameters(bits);
  for (size_t i = 0; i < parameters.size(); ++i) {
    text += fmt::format("{}{}={}", i == 0 ? ':' : ',', parameters[i].name, values[i]);
  }
  return text;
}

std::string GeneratedMultiplier::module_name() const {
  std::string text = family->name;
  const auto parameters = family->parameters(bits);
  for (size_t i = 0; i < parameters.size(); ++i) {
    text += fmt::format("_{}{}", parameters[i].name, values[i]);
  }
  return text + (bits == 8 ? "" : fmt::format("_{}bit", bits)) + (is_signed ? "" : "_u");
}

std::function<int64_t(int64_t, int64_t)> GeneratedMultiplier::model() const {
  const bool native = is_signed && family->signed_core;
  const auto core = std::make_shared<const MultiplierCircuit>(native ? family->signed_core(bits, values)
                                                                     : family->unsigned_core(bits, values));
  const int width = bits;
  if (!is_signed) {
    return [core, width](int64_t activation, int64_t weight) {
      return static_cast<int64_t>(core->product(static_cast<uint64_t>(activation), static_cast<uint64_t>(weight)) &
                                  mask(2 * width));
    };
  }
  if (native) {
    return [core, width](int64_t activation, int64_t weight) {
      const uint64_t operands = mask(width);
      return signed_value(
          core->product(static_cast<uint64_t>(activation) & operands, static_cast<uint64_t>(weight) & operands),
          2 * width);
    };
  }
  return [core, width](int64_t activation, int64_t weight) {
    return signed_value(sign_magnitude_product(*core, activation, weight), 2 * width);
  };
}

std::string GeneratedMultiplier::systemverilog(const std::string& module) const {
  const bool native = is_signed && family->signed_core;
  const MultiplierCircuit core = native ? family->signed_core(bits, values) : family->unsigned_core(bits, values);
  return fmt::format(
      "// {}, {} {}-bit operands: {}\n// {}\nmodule {} (\n  input logic [{}:0] activation,\n"
      "  input logic [{}:0] weight,\n  output logic [{}:0] product\n);\n{}\n{}endmodule\n",
      name(), is_signed ? "signed" : "unsigned", bits, family->definition, family->reference, module, bits - 1,
      bits - 1, 2 * bits - 1, shell(is_signed && !native, bits), core.statements);
}

Multiplier GeneratedMultiplier::table() const {
  const auto product = model();
  const auto products = std::make_unique<std::array<int16_t, Multiplier::kEntries>>();
  for (int weight = -128; weight < 128; ++weight) {
    for (int activation = -128; activation < 128; ++activation) {
      (*products)[Multiplier::index(static_cast<int8_t>(activation), static_cast<int8_t>(weight))] =
          static_cast<int16_t>(product(activation, weight));
    }
  }
  return {name(), *products,
          [multiplier = *this](const std::string& module) { return multiplier.systemverilog(module); }};
}

Multiplier GeneratedMultiplier::multiplier() const {
  const OperandFormat format{bits};
  if (!format.wide()) {
    return table();
  }
  if (family->exact) {
    return Multiplier(format);
  }
  return {name(), format, model(),
          [multiplier = *this](const std::string& module) { return multiplier.systemverilog(module); }};
}

GeneratedMultiplier standard_multiplier(const MultiplierFamily& family) {
  GeneratedMultiplier multiplier{&family, {}};
  for (const FamilyParameter& parameter : family.parameters(multiplier.bits)) {
    multiplier.values.push_back(parameter.standard);
  }
  return multiplier;
}

}  // namespace faultline::hw
