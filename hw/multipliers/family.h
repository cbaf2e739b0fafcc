#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hw/arithmetic/multiplier.h"

namespace faultline::hw {

/// A whole number that a family of multipliers takes, by name.
struct FamilyParameter {
  std::string name;
  std::string meaning;
  int low;
  int high;
  int standard;  ///< taken where the user gives none
};

/// Values of a family's parameters, in the order in which the family lists them.
using FamilyValues = std::vector<int>;

/// An unsigned or signed multiplier of `bits` x `bits` operands. Operands and product are bit patterns (two's
/// complement where signed) in the low `bits` and 2 `bits` of the words; the bits above them are 0 or ignored.
struct MultiplierCircuit {
  std::function<uint64_t(uint64_t activation, uint64_t weight)> product;
  /// SystemVerilog statements that drive `logic [2 bits - 1:0] p` from `logic [bits - 1:0] a` (activation) and `w`
  /// (weight). They may declare further names, none of them `activation`, `weight`, `product` or `negative`.
  std::string statements;
};

/// A kind of multiplier generated from parameters: a bit-true model and the SystemVerilog of the same circuit.
///
/// One file per family defines it and registers it with a file-scope object (FamilyRegistration). The core of most
/// families multiplies magnitudes; for signed operands a sign-magnitude shell goes around it:
/// product = sign(a) sign(w) core(|a|, |w|), the sign of 0 being +, so that core(0, x) counts even where it is not 0.
struct MultiplierFamily {
  std::string name;
  std::string definition;  ///< what it computes
  std::string reference;   ///< where it was published
  /// The parameters and their ranges for operands of `bits` bits.
  std::function<std::vector<FamilyParameter>(int bits)> parameters;
  std::function<MultiplierCircuit(int bits, const FamilyValues& values)> unsigned_core;
  /// Empty where signed operands go through the sign-magnitude shell.
  std::function<MultiplierCircuit(int bits, const FamilyValues& values)> signed_core = {};
  bool exact = false;  ///< all products are the arithmetic ones, so that the processor may take them
};

/// All families, by name.
const std::vector<MultiplierFamily>& multiplier_families();

/// The family of a name, or nullptr.
const MultiplierFamily* find_multiplier_family(const std::string& name);

struct FamilyRegistration {
  explicit FamilyRegistration(MultiplierFamily family);
};

/// One member of a family: its parameters and the format of its operands. Operands have 8, 12 or 16 bits.
struct GeneratedMultiplier {
  const MultiplierFamily* family;
  FamilyValues values;
  int bits = 8;
  bool is_signed = true;

  /// "drum:k=4"; the name alone where there are no parameters.
  std::string name() const;
  /// name() as an identifier: "drum_k4", with "_u" for unsigned operands and the width where it is not 8.
  std::string module_name() const;
  /// The model: operands and product as numbers.
  std::function<int64_t(int64_t activation, int64_t weight)> model() const;
  /// A module `module_name()` with ports activation, weight (in) and product (out), combinational. It is clean under
  /// `verilator --lint-only -Wall` and within what Yosys 0.23 reads.
  std::string systemverilog() const { return systemverilog(module_name()); }
  /// The same under another name.
  std::string systemverilog(const std::string& module) const;
  /// The multiplier of a processing element, tabulated. Only for signed 8-bit operands.
  Multiplier table() const;
  /// The multiplier of a processing element of this width. Only for signed operands.
  Multiplier multiplier() const;
};

/// The family with its standard parameters, signed 8-bit.
GeneratedMultiplier standard_multiplier(const MultiplierFamily& family);

}  // namespace faultline::hw
