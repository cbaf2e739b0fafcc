#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace faultline::hw {

/// The SystemVerilog of a multiplier's circuit: a combinational module of the given name with ports activation, weight
/// (in) and product (out) of 8, 8 and 16 bits.
using MultiplierModule = std::function<std::string(const std::string& name)>;

/// The multiplier of a processing element: product = M(activation, weight), both signed 8-bit, product signed 16-bit.
///
/// Any function of the two operands: it need not commute and need not give 0 for 0. Every engine evaluates it through
/// this class, so that all agree: exact multiplication may be done by the processor, everything else by the table.
class Multiplier {
 public:
  static constexpr int kOperandBits = 8;
  static constexpr int kProductBits = 16;
  static constexpr size_t kEntries = size_t{1} << 16;

  /// Position of M(activation, weight) in table(): the weight selects a row of 256 activations.
  static constexpr size_t index(int8_t activation, int8_t weight) {
    return (static_cast<size_t>(static_cast<uint8_t>(weight)) << 8) | static_cast<uint8_t>(activation);
  }

  /// The exact multiplier.
  Multiplier();

  /// A multiplier given by all its products, in the order of index(). `name` appears in results; `module` is the
  /// circuit that has these products, where there is one.
  Multiplier(std::string name, const std::array<int16_t, kEntries>& products, MultiplierModule module = {});

  const std::string& name() const { return name_; }
  /// True when every product is the arithmetic one (also for a table that happens to be exact).
  bool exact() const { return exact_; }
  /// The circuit; empty for a bare table, and for Multiplier(), which is the language's operator.
  const MultiplierModule& module() const { return module_; }
  int16_t product(int8_t activation, int8_t weight) const { return (*table_)[index(activation, weight)]; }
  /// kEntries products, followed by one unused entry so that 32-bit gathers of the last one stay inside.
  const int16_t* table() const { return table_->data(); }

 private:
  std::string name_;
  bool exact_ = true;
  std::shared_ptr<std::array<int16_t, kEntries + 1>> table_;
  MultiplierModule module_;
};

}  // namespace faultline::hw
