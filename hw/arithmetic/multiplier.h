#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "hw/arithmetic/operand_format.h"

namespace faultline::hw {

/// The SystemVerilog of a multiplier's circuit: a combinational module of the given name with ports activation, weight
/// (in) and product (out) of n, n and 2n bits.
using MultiplierModule = std::function<std::string(const std::string& name)>;

/// The multiplier of a processing element: product = M(activation, weight), both signed of n = 8, 12 or 16 bits,
/// product signed of 2n bits.
///
/// Any function of the two operands: it need not commute and need not give 0 for 0. Every engine evaluates it through
/// this class, so that all agree: exact multiplication may be done by the processor, everything else by the table of
/// all products (8 bits: product(), table()) or by a function (12 and 16 bits: wide_product()).
class Multiplier {
 public:
  using Function = std::function<int64_t(int64_t activation, int64_t weight)>;

  static constexpr int kOperandBits = 8;
  static constexpr int kProductBits = 16;
  static constexpr size_t kEntries = size_t{1} << 16;

  /// Position of M(activation, weight) in table(): the weight selects a row of 256 activations.
  static constexpr size_t index(int8_t activation, int8_t weight) {
    return (static_cast<size_t>(static_cast<uint8_t>(weight)) << 8) | static_cast<uint8_t>(activation);
  }

  /// The exact multiplier of 8-bit operands.
  Multiplier();
  /// The exact multiplier of a format.
  explicit Multiplier(OperandFormat format);

  /// A multiplier given by all its products, in the order of index(). `name` appears in results; `module` is the
  /// circuit that has these products, where there is one.
  Multiplier(std::string name, const std::array<int16_t, kEntries>& products, MultiplierModule module = {});

  /// A multiplier of 12- or 16-bit operands given by a function, whose products fit 2n bits.
  Multiplier(std::string name, OperandFormat format, Function products, MultiplierModule module = {});

  const std::string& name() const { return name_; }
  OperandFormat format() const { return format_; }
  /// True when every product is the arithmetic one (also for a table that happens to be exact; a function never is).
  bool exact() const { return exact_; }
  /// The circuit; empty for a bare table, and for Multiplier(), which is the language's operator.
  const MultiplierModule& module() const { return module_; }
  /// Only of 8-bit operands, as is table().
  int16_t product(int8_t activation, int8_t weight) const { return (*table_)[index(activation, weight)]; }
  /// Only of 12- and 16-bit operands.
  int32_t wide_product(int16_t activation, int16_t weight) const {
    return exact_ ? int32_t{activation} * weight : static_cast<int32_t>(function_(activation, weight));
  }
  /// Of operands of any width.
  int32_t any_product(int16_t activation, int16_t weight) const {
    return format_.wide() ? wide_product(activation, weight)
                          : product(static_cast<int8_t>(activation), static_cast<int8_t>(weight));
  }
  /// kEntries products, followed by one unused entry so that 32-bit gathers of the last one stay inside.
  const int16_t* table() const { return table_->data(); }

 private:
  std::string name_;
  OperandFormat format_;
  bool exact_ = true;
  std::shared_ptr<std::array<int16_t, kEntries + 1>> table_;
  Function function_;
  MultiplierModule module_;
};

}  // namespace faultline::hw
